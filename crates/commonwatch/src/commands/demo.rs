//! `commonwatch demo`: a node with the sample partnership, and what to try with it.

use std::collections::BTreeMap;

use node::intake::{Handling, ShareRequest};
use node::partnership::{CommunityWish, KeyWish, MemberWish, PersonWish};
use policy::{CommunityId, MemberId, Role};
use serde_json::json;
use stix::marking::Tlp;

use super::serve;
use crate::cli::{DemoArgs, Global};
use crate::context::{Create, Local, exists, now, write_config};
use crate::failure::{Failure, Kind};
use crate::output::Output;
use crate::sample;

/// Where a member's key for the examples is kept, so that a second start can print them again.
const KEYS: &str = "demo.keys";

/// Prepares the sample partnership and serves it.
pub async fn run(global: &Global, args: &DemoArgs, output: Output) -> Result<(), Failure> {
    let mut global = global.clone();
    if global.data.as_os_str() == "commonwatch-data" {
        global.data = "commonwatch-demo".into();
    }
    // Before anything is made: a port in use must not cost the password that is shown once.
    let bound = if args.prepare_only {
        None
    } else {
        Some(serve::bind(&args.listen, None).await?)
    };
    if exists(&global.data) && !global.data.join(KEYS).exists() {
        let message = format!("{} holds a node that is no complete sample", global.data.display());
        return Err(Failure::input(message)
            .help("a demo that broke off: remove the directory; your own node: use 'commonwatch serve'; or name another --data"));
    }
    let fresh = !exists(&global.data);
    if fresh {
        write_config(&global.data, "Exampleland common watch (sample)", None)?;
    }
    let local = Local::open(&global, Create::Yes).await?;
    let mut password = None;
    if local.node.store().member_list().await?.is_empty() {
        password = Some(prepare(&local).await?);
    }
    while local.node.store().index_next(2_000).await? > 0 {}
    let keys = keys(&local)?;
    let address = bound
        .as_ref()
        .map_or_else(|| args.listen.clone(), |bound| bound.address().to_string());
    let base = format!("http://{address}");
    introduce(&base, bound.is_some(), password.as_deref(), &keys, &global, output);
    match bound {
        Some(bound) => serve::serve(local, bound.into_listening(), base).await,
        None => {
            local.node.store().clone().close().await;
            Ok(())
        }
    }
}

/// Makes members, communities and people, and shares the stories in their names. Gives the operator's password.
async fn prepare(local: &Local) -> Result<String, Failure> {
    let node = &local.node;
    let first = &sample::MEMBERS[0];
    let founded = node.found(first.name, first.kind, &sample::identity(first.key)).await?;
    let operator = node.local_caller(node::founding::OPERATOR).await?;
    let mut members: BTreeMap<&str, MemberId> = BTreeMap::from([(first.key, founded.member.id)]);
    // Providers first: whose client a member is must be there before it.
    let mut waiting: Vec<&sample::SampleMember> = sample::MEMBERS.iter().skip(1).collect();
    waiting.sort_by_key(|member| member.provider.is_some());
    for member in waiting {
        let wish = MemberWish {
            name: member.name.to_owned(),
            kind: member.kind,
            sectors: member.sectors.iter().map(|sector| (*sector).to_owned()).collect(),
            countries: Vec::new(),
            provider: member.provider.and_then(|key| members.get(key).copied()),
            identity: Some(sample::identity(member.key)),
        };
        members.insert(member.key, node.member_create(&operator, wish).await?.id);
    }
    let number = |key: &str| {
        members
            .get(key)
            .copied()
            .ok_or_else(|| Failure::new(Kind::Ours, format!("the sample has no member '{key}'")))
    };
    let mut communities: BTreeMap<&str, CommunityId> = BTreeMap::new();
    for community in &sample::COMMUNITIES {
        let wish = CommunityWish {
            alias: community.alias.to_owned(),
            title: community.title.to_owned(),
            purpose: community.purpose.to_owned(),
            owner: number(community.owner)?,
            public: false,
            hides_members: false,
            default_tlp: community.default_tlp,
            strictest_tlp: Tlp::Red,
        };
        let made = node.community_create(&operator, wish).await?;
        for member in community.members {
            node.membership_set(&operator, made.id, number(member)?, true, false)
                .await?;
        }
        communities.insert(community.alias, made.id);
    }
    let mut kept = BTreeMap::new();
    for member in &sample::MEMBERS {
        let wish = PersonWish {
            member: number(member.key)?,
            login: member.key.to_owned(),
            name: format!("Analyst of {}", member.name),
            role: Role::Analyst,
            password: None,
        };
        let person = node.person_create(&operator, wish).await?;
        let (secret, _) = node
            .key_create(
                &operator,
                person.id,
                KeyWish {
                    label: "demo".to_owned(),
                    ..KeyWish::default()
                },
            )
            .await?;
        kept.insert(member.key, secret);
    }
    let text = serde_json::to_string_pretty(&kept).map_err(|error| Failure::new(Kind::Ours, error.to_string()))?;
    crate::context::private_file(&local.data.join(KEYS), &text)?;
    // The sample is made of documentation addresses and names, which are known harmless everywhere else.
    for list in ["documentation-addresses", "documentation-names", "reserved-names"] {
        node.warninglist_switch(&operator, list, false).await?;
    }
    for share in sample::shares(now()) {
        let caller = node.local_caller(share.by).await?;
        let community = communities.get(share.community).copied();
        let mut named = Vec::new();
        for key in share.named {
            named.push(number(key)?);
        }
        let handling = Handling {
            communities: community.into_iter().collect(),
            named,
            tlp: Some(share.tlp),
            withheld: share.withheld,
            ..Handling::default()
        };
        let request = ShareRequest {
            channel: "sample".to_owned(),
            handling,
            ..ShareRequest::default()
        };
        let report = node.share_bytes(&caller, request, share.bundle.into_bytes()).await?;
        if let Some(problem) = report
            .problems
            .iter()
            .find(|problem| problem.severity == stix::Severity::Error)
        {
            return Err(Failure::new(Kind::Ours, format!("the sample was not taken: {problem}")));
        }
    }
    Ok(founded.password)
}

fn keys(local: &Local) -> Result<BTreeMap<String, String>, Failure> {
    let path = local.data.join(KEYS);
    let text = std::fs::read_to_string(&path).map_err(|error| crate::failure::file("read", &path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::input(format!("{} is damaged: {error}", path.display()))
            .help("remove the directory and start the demo anew")
    })
}

fn introduce(
    base: &str,
    is_serving: bool,
    password: Option<&str>,
    keys: &BTreeMap<String, String>,
    global: &Global,
    output: Output,
) {
    if output.is_json() {
        let serving = is_serving.then_some(base);
        output.json_line(
            &json!({ "serving": serving, "data": global.data, "operator_password": password, "keys": keys }),
        );
        return;
    }
    let key = |member: &str| keys.get(member).map_or("KEY", String::as_str);
    let curl = |member: &str| format!("curl -s -H 'Authorization: Bearer {}'", key(member));
    let data = global.data.display();
    let program = std::env::args().next().unwrap_or_else(|| "commonwatch".to_owned());
    output.line("Exampleland, a sample: a CERT, a water utility, a city, a hospital and a technology company share what they see.");
    output.line(&format!("It is kept in {data}/; remove that to start anew."));
    if let Some(password) = password {
        output.line(&format!(
            "Operator account: login operator, password {password}   (shown this once)"
        ));
    }
    output.line(&if is_serving {
        format!("\nServing {base}/   (stop with Ctrl-C). In another terminal, try:\n")
    } else {
        format!("\nPrepared, not serving: start it with '{program} --data {data} demo'. Then try:\n")
    });
    output.line("# What does the water utility get to see? (TAXII 2.1, as any client reads it)");
    output.line(&format!(
        "{} '{base}/commonwatch/collections/all/objects/?limit=3'\n",
        curl("water")
    ));
    output.line("# The hospital is not in the community for water and energy: to it, there is no such thing (404)");
    output.line(&format!(
        "{} '{base}/commonwatch/collections/water-energy/objects/'\n",
        curl("hospital")
    ));
    output.line("# Is this link known? Ask for it as it stands in a warning, made unclickable");
    output.line(&format!(
        "{} -G '{base}/api/v1/observables' --data-urlencode 'value=hxxps://portal[.]vendor-licence[.]example/confirm/'\n",
        curl("water")
    ));
    output.line("# The city shares a list with everybody");
    output.line(&format!(
        "printf '203.0.113.99\\nbad[.]example.org\\n' | {} --data-binary @- '{base}/api/v1/share?community=exampleland&tlp=green'\n",
        curl("city")
    ));
    output.line("# Prove it: the city's receipts, each with its place in the signed log");
    output.line(&format!("{} '{base}/api/v1/receipts?limit=2'\n", curl("city")));
    output.line("# The same without curl, in tables, on this machine");
    output.line(&format!(
        "{program} --data {data} --as water search 'vendor-licence[.]example'"
    ));
    output.line(&format!(
        "{program} --data {data} --as water export --format suricata-rules"
    ));
}
