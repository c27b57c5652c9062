//! Galaxy clusters for what STIX has objects for: actors, campaigns, malware and the like.

use uuid::Uuid;

use super::super::text::{self, Json};

/// A galaxy cluster for an actor, a campaign, malware and the like.
pub(super) struct Cluster {
    pub galaxy_type: String,
    pub value: String,
    pub uuid: Uuid,
    pub description: String,
    pub synonyms: Vec<String>,
    pub references: Vec<String>,
    pub restored: bool,
}

impl Cluster {
    /// Whether it came from a galaxy of MISP, which the event carries itself.
    pub fn is_restored(&self) -> bool {
        self.restored
    }

    /// The name of the tag for the cluster; quotes would end it early.
    pub fn tag(&self) -> String {
        format!("misp-galaxy:{}=\"{}\"", self.galaxy_type, self.value.replace('"', "'"))
    }

    /// The galaxy with this one cluster.
    pub fn galaxy(&self) -> String {
        let name = self.galaxy_type.replace('-', " ");
        let uuid = Uuid::new_v5(&text::MISP_NAMESPACE, format!("galaxy={}", self.galaxy_type).as_bytes());
        let mut json = Json::default();
        json.open();
        json.text("uuid", &uuid.to_string());
        json.text("name", &name);
        json.text("type", &self.galaxy_type);
        json.text("description", &name);
        json.key("GalaxyCluster");
        json.open_list();
        json.open();
        json.text("uuid", &self.uuid.to_string());
        json.text("type", &self.galaxy_type);
        json.text("value", &self.value);
        json.text("tag_name", &self.tag());
        json.text("description", &self.description);
        json.key("meta");
        json.open();
        for (key, list) in [("synonyms", &self.synonyms), ("refs", &self.references)] {
            if !list.is_empty() {
                json.key(key);
                json.open_list();
                list.iter().for_each(|value| json.string(value));
                json.close_list();
            }
        }
        json.close();
        json.close();
        json.close_list();
        json.close();
        json.into_string()
    }
}
