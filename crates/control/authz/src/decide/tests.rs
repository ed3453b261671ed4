use cloister_model::{OrgId, Roles, UserId};

use super::*;
use crate::actions::{
    AddDataset, AddUser, GrantOrgAdmin, ManageScim, ManageSessions, ProvisionGroups, ProvisionUsers,
    ReadAudit, ReadJob, ReadLog, ReadMe, ReadProvisioned, SetRoles, SwitchUser, Work,
};
use crate::{Powers, Relation};

fn user(org: u128, roles: &[Role]) -> Actor {
    Actor::User {
        id: UserId(uuid::Uuid::from_u128(7)),
        org: OrgId(uuid::Uuid::from_u128(org)),
        roles: Roles(roles.iter().copied().collect()),
        disabled: false,
        powers: Powers::session(),
    }
}

fn org(n: u128) -> Resource {
    Resource::organisation(OrgId(uuid::Uuid::from_u128(n)))
}

#[test]
fn an_org_admin_rules_its_own_organisation_only() {
    let admin = user(1, &[Role::OrganizationAdmin]);
    assert!(authorize(&admin, AddUser, &org(1)).is_ok());
    let denied = authorize(&admin, AddUser, &org(2)).unwrap_err();
    assert!(!denied.known);
    let denied = authorize(&user(1, &[Role::WorkspaceAdmin]), AddUser, &org(1)).unwrap_err();
    assert!(denied.known && denied.reason == Reason::Permission, "{denied:?}");
}

#[test]
fn an_auditor_and_nothing_else_is_no_member() {
    let auditor = user(1, &[Role::Auditor]);
    assert!(authorize(&auditor, ReadAudit, &org(1)).is_ok());
    assert!(authorize(&auditor, ReadAudit, &org(2)).is_err());
    assert!(authorize(&auditor, AddDataset, &Resource::deployment()).is_err());
    let job = Resource::new(Kind::Job, "j").with(Relation::Member, true);
    assert!(authorize(&auditor, ReadJob, &job).is_err());
    assert!(authorize(&user(1, &[]), ReadJob, &job).is_ok());
    assert!(authorize(&user(1, &[Role::Auditor, Role::WorkspaceAdmin]), ReadJob, &job).is_ok());
}

#[test]
fn a_token_allows_no_more_than_its_scopes() {
    let Actor::User { id, org: home, roles, .. } = user(1, &[Role::OrganizationAdmin]) else {
        panic!("a user")
    };
    let token = |powers: &[Power]| Actor::User {
        id,
        org: home,
        roles: roles.clone(),
        disabled: false,
        powers: Powers(powers.iter().copied().collect()),
    };
    assert_eq!(authorize(&token(&[Power::Read]), SetRoles, &org(1)).unwrap_err().reason, Reason::Scope);
    assert!(authorize(&token(&[Power::Admin]), SetRoles, &org(1)).is_ok());
    let own = Resource::new(Kind::Session, "s").with(Relation::Own, true);
    assert!(authorize(&token(&[Power::Read, Power::Write, Power::Admin]), ManageSessions, &own).is_err());
}

#[test]
fn the_disabled_and_the_anonymous_are_unauthenticated() {
    let mut disabled = user(1, &[Role::OrganizationAdmin]);
    if let Actor::User { disabled, .. } = &mut disabled {
        *disabled = true;
    }
    for actor in [disabled, Actor::Anonymous] {
        assert_eq!(
            authorize(&actor, ReadMe, &Resource::deployment()).unwrap_err().reason,
            Reason::Unauthenticated
        );
    }
    assert!(authorize(&Actor::Anonymous, ReadLog, &Resource::deployment()).is_ok());
}

#[test]
fn only_workers_work_and_they_do_nothing_else() {
    assert!(authorize(&Actor::Worker, Work, &Resource::deployment()).is_ok());
    assert!(authorize(&user(1, &Role::ALL), Work, &Resource::deployment()).is_err());
    assert!(authorize(&Actor::Worker, ReadMe, &Resource::deployment()).is_err());
}

#[test]
fn a_provider_provisions_its_own_organisation_and_does_nothing_else() {
    let scim = Actor::Scim { org: OrgId(uuid::Uuid::from_u128(1)) };
    assert!(authorize(&scim, ReadProvisioned, &org(1)).is_ok());
    assert!(authorize(&scim, ProvisionUsers, &org(1)).is_ok());
    assert!(authorize(&scim, ProvisionGroups, &org(1)).is_ok());
    let denied = authorize(&scim, ProvisionUsers, &org(2)).unwrap_err();
    assert!(!denied.known && denied.reason == Reason::Permission, "{denied:?}");
    for denied in [
        authorize(&scim, ManageScim, &org(1)).err(),
        authorize(&scim, SetRoles, &org(1)).err(),
        authorize(&scim, AddUser, &org(1)).err(),
        authorize(&scim, SwitchUser, &org(1)).err(),
        authorize(&scim, GrantOrgAdmin, &org(1)).err(),
        authorize(&scim, ReadMe, &Resource::deployment()).err(),
    ] {
        assert_eq!(denied.map(|denied| denied.reason), Some(Reason::Permission));
    }
    for person in [user(1, &Role::ALL), Actor::Anonymous, Actor::Worker, Actor::HostOperator] {
        assert!(authorize(&person, ProvisionUsers, &org(1)).is_err(), "{person:?}");
    }
}
