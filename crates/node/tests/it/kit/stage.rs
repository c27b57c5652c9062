//! A community of the founder and some members, each with an analyst.

use node::Caller;
use node::partnership::PersonWish;
use policy::{MemberId, Role};

use super::Kit;

pub struct Stage {
    pub kit: Kit,
    pub members: Vec<MemberId>,
}

impl Stage {
    /// A community of the founder and so many members; each has an analyst `m0`, `m1`, …
    pub async fn with(many: usize) -> Self {
        let mut stage = Self {
            kit: Kit::new().await,
            members: Vec::new(),
        };
        for number in 0..many {
            stage
                .join(&format!("Member {number}"), &format!("Analyst {number}"))
                .await;
        }
        stage
    }

    /// One more member, with its analyst.
    pub async fn join(&mut self, member: &str, analyst: &str) {
        let id = self.kit.member(member, true).await;
        let wish = PersonWish {
            member: id,
            login: format!("m{}", self.members.len()),
            name: analyst.to_owned(),
            role: Role::Analyst,
            password: None,
        };
        self.kit.node.person_create(&self.kit.operator, wish).await.unwrap();
        self.members.push(id);
    }

    pub async fn caller(&self, number: usize) -> Caller {
        self.kit.node.local_caller(&format!("m{number}")).await.unwrap()
    }
}
