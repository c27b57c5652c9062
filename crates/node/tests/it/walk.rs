//! The first steps, ticked off by the state of the node; and backups, which are one of them.

use node::Error;
use node::walk::Step;
use stix::marking::Tlp;

use crate::kit::partners::Partners;

async fn left(partners: &Partners, login: &str) -> Vec<Step> {
    let walk = partners.node.walk(&partners.caller(login).await).await.unwrap();
    let steps = walk.unwrap_or_default().into_iter();
    steps.filter(|(_, done)| !done).map(|(step, _)| step).collect()
}

#[tokio::test]
async fn an_operators_steps_are_done_when_the_node_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    let at = backups.clone();
    let partners = Partners::with(|settings| settings.backups = Some(at)).await;
    assert_eq!(
        left(&partners, "operator").await,
        [Step::Name, Step::Backup, Step::Share]
    );
    let operator = partners.caller("operator").await;
    let made = partners.node.backup_make(&operator).await.unwrap();
    assert!(std::path::Path::new(&made.file).starts_with(&backups));
    assert_eq!(partners.node.backup_state(&operator).await.unwrap(), Some(made));
    partners
        .share("operator", &partners.to_all(Some(Tlp::Green)), "198.51.100.7\n")
        .await;
    assert_eq!(left(&partners, "operator").await, [Step::Name]);
    let analyst = partners.caller("cert").await;
    assert!(matches!(
        partners.node.backup_make(&analyst).await,
        Err(Error::NotAllowed(_))
    ));
    partners.node.walk_end(&operator).await.unwrap();
    assert_eq!(partners.node.walk(&operator).await.unwrap(), None);
}

#[tokio::test]
async fn a_members_steps_are_its_own_and_go_when_all_are_done() {
    let partners = Partners::new().await;
    assert_eq!(left(&partners, "cert").await, [Step::Match, Step::Watch, Step::Rules]);
    let cert = partners.caller("cert").await;
    partners
        .node
        .log_match(&cert, b"198.51.100.9 was here\n".to_vec())
        .await
        .unwrap();
    let rule = node::sightings::RULE_DEFAULT;
    partners.node.sighting_rule_put(&cert, rule).await.unwrap();
    assert_eq!(left(&partners, "cert").await, [Step::Watch]);
    assert_eq!(
        left(&partners, "hospital").await,
        [Step::Match, Step::Watch, Step::Rules]
    );
    let now = partners.now();
    partners
        .node
        .store()
        .watching_put(&cert.principal, now, &[])
        .await
        .unwrap();
    assert_eq!(partners.node.walk(&cert).await.unwrap(), None);
}

#[tokio::test]
async fn a_node_without_a_folder_says_how_else_to_back_up() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let refused = partners.node.backup_make(&operator).await.unwrap_err().to_string();
    assert!(refused.contains("from a page"), "{refused}");
}
