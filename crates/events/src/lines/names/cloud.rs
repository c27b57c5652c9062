//! Names of AWS CloudTrail.

use std::sync::LazyLock;

use super::Meaning::{Is, Time};
use super::{Group, Table};
use crate::role::Role;

pub(in crate::lines) static CLOUDTRAIL: LazyLock<Table> = LazyLock::new(|| Table::new(&[NAMES]));

#[rustfmt::skip] // A name a line would hide the groups.
const NAMES: &[Group] = &[
    (Time, &["eventTime"]),
    // An address, or the name of the service that called.
    (Is(Role::Source), &["sourceIPAddress"]),
    (Is(Role::UserAgent), &["userAgent"]),
    (Is(Role::User), &[
        "userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName", "requestParameters.userName",
        "responseElements.user.userName",
    ]),
    (Is(Role::Host), &["tlsDetails.clientProvidedHostHeader", "requestParameters.Host"]),
    (Is(Role::Other), &[
        "eventVersion", "userIdentity.type", "userIdentity.principalId", "userIdentity.accountId",
        "userIdentity.accessKeyId", "userIdentity.arn", "userIdentity.invokedBy", "eventSource", "eventName",
        "awsRegion", "requestID", "eventID", "eventType", "apiVersion", "recipientAccountId", "sharedEventID",
        "vpcEndpointId", "eventCategory", "managementEvent", "readOnly", "errorCode", "tlsDetails.tlsVersion",
        "tlsDetails.cipherSuite", "userIdentity.sessionContext.attributes.creationDate",
        "userIdentity.sessionContext.attributes.mfaAuthenticated", "userIdentity.sessionContext.sessionIssuer.type",
        "userIdentity.sessionContext.sessionIssuer.principalId", "userIdentity.sessionContext.sessionIssuer.arn",
        "userIdentity.sessionContext.sessionIssuer.accountId", "resources.accountId", "resources.type",
        "requestParameters.roleSessionName",
    ]),
];
