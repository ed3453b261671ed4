use serde_json::json;

use super::*;
use crate::scim::schema::{GROUPS, USERS};

fn ana() -> Value {
    json!({
        "userName": "ana@north.example", "displayName": "Ana", "active": true,
        "name": { "givenName": "Ana", "familyName": "Lund" },
        "emails": [{ "value": "ana@north.example", "type": "work", "primary": true }],
    })
}

fn patched(kind: &Type, before: Value, operations: Value) -> Result<Value, &'static str> {
    let Value::Object(mut resource) = before else { panic!("an object") };
    let patch = Patch::parse(&json!({ "schemas": [], "Operations": operations }));
    match patch.and_then(|patch| patch.apply(kind, &mut resource)) {
        Ok(()) => Ok(Value::Object(resource)),
        Err(failure) => Err(failure.word().unwrap_or_default()),
    }
}

/// The whole of what operations change in a user.
fn becomes(operations: Value, change: impl FnOnce(&mut Value)) {
    let mut expected = ana();
    change(&mut expected);
    assert_eq!(patched(&USERS, ana(), operations.clone()), Ok(expected), "{operations}");
}

#[test]
fn what_entra_sends_is_understood() {
    becomes(json!([{ "op": "Replace", "path": "active", "value": "False" }]), |u| {
        u["active"] = json!("False");
    });
    becomes(json!([{ "op": "Replace", "value": { "active": false, "displayName": "A" } }]), |u| {
        u["active"] = json!(false);
        u["displayName"] = json!("A");
    });
    becomes(
        json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "b@north.example" }]),
        |u| {
            u["emails"][0]["value"] = json!("b@north.example");
        },
    );
    becomes(
        json!([{ "op": "Replace", "path": "emails[type eq \"home\"].value", "value": "h@north.example" }]),
        |u| {
            u["emails"].as_array_mut().unwrap().push(json!({ "type": "home", "value": "h@north.example" }));
        },
    );
    becomes(
        json!([{ "op": "Add", "value": { "name.familyName": "Berg", "title": "Dr",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "x" } }]),
        |u| {
            u["name"]["familyName"] = json!("Berg");
        },
    );
    becomes(json!([{ "op": "Replace", "path": "name.givenName", "value": "Anna" }]), |u| {
        u["name"]["givenName"] = json!("Anna");
    });
    let two = json!({ "displayName": "x", "members": [{ "value": "1" }, { "value": "2" }] });
    let left = json!({ "displayName": "x", "members": [{ "value": "2" }] });
    for gone in [
        json!([{ "op": "Remove", "path": "members", "value": [{ "value": "1" }] }]),
        json!([{ "op": "remove", "path": "members[value eq \"1\"]" }]),
    ] {
        assert_eq!(patched(&GROUPS, two.clone(), gone.clone()), Ok(left.clone()), "{gone}");
    }
    let more = json!([{ "op": "Add", "path": "members", "value": [{ "value": "2" }, { "value": "3" }] }]);
    let then = patched(&GROUPS, left, more).unwrap();
    assert_eq!(then["members"], json!([{ "value": "2" }, { "value": "3" }]), "nobody twice");
}

#[test]
fn what_okta_sends_is_understood() {
    becomes(json!([{ "op": "replace", "value": { "active": false } }]), |u| u["active"] = json!(false));
    let group = json!({ "displayName": "old", "members": [{ "value": "1" }] });
    let renamed = json!([{ "op": "replace", "value": { "id": "23a35c27", "displayName": "new" } }]);
    assert_eq!(patched(&GROUPS, group.clone(), renamed).unwrap()["displayName"], "new");
    let set = json!([{ "op": "replace", "path": "members", "value": [{ "value": "7", "display": "g" }] }]);
    assert_eq!(
        patched(&GROUPS, group.clone(), set).unwrap()["members"],
        json!([{ "value": "7", "display": "g" }])
    );
    let emptied = json!([{ "op": "remove", "path": "members" }]);
    assert_eq!(patched(&GROUPS, group, emptied), Ok(json!({ "displayName": "old" })));
}

#[test]
fn a_list_has_one_primary_value_and_parts_are_changed_alone() {
    becomes(
        json!([{ "op": "add", "path": "emails", "value": { "value": "b@north.example", "primary": true } }]),
        |u| {
            u["emails"] = json!([{ "value": "ana@north.example", "type": "work", "primary": false },
            { "value": "b@north.example", "primary": true }]);
        },
    );
    becomes(json!([{ "op": "remove", "path": "emails[type eq \"work\"].primary" }]), |u| {
        u["emails"] = json!([{ "value": "ana@north.example", "type": "work" }]);
    });
    becomes(json!([{ "op": "remove", "path": "emails[value ew \"north.example\"]" }]), |u| {
        u.as_object_mut().unwrap().remove("emails");
    });
    becomes(json!([{ "op": "remove", "path": "name" }, { "op": "remove", "path": "displayName" }]), |u| {
        u.as_object_mut().unwrap().retain(|name, _| name != "name" && name != "displayName");
    });
    becomes(json!([{ "op": "replace", "path": "emails", "value": [] }]), |u| {
        u.as_object_mut().unwrap().remove("emails");
    });
}

#[test]
fn what_makes_no_sense_is_refused_by_its_word() {
    for (operations, word) in [
        (json!([]), "invalidSyntax"),
        (json!("x"), "invalidSyntax"),
        (json!(["x"]), "invalidSyntax"),
        (json!([{ "op": "move", "path": "active" }]), "invalidSyntax"),
        (json!([{ "op": "add", "path": 7, "value": 1 }]), "invalidSyntax"),
        (json!([{ "op": "remove" }]), "noTarget"),
        (json!([{ "op": "replace", "value": "x" }]), "invalidValue"),
        (json!([{ "op": "replace", "path": "active" }]), "invalidValue"),
        (json!([{ "op": "replace", "path": "name", "value": "x" }]), "invalidValue"),
        (json!([{ "op": "replace", "path": "emails[type eq \"work\"]", "value": "x" }]), "invalidValue"),
        (json!([{ "op": "replace", "path": "emails[type sw \"h\"].value", "value": "x" }]), "noTarget"),
        (json!([{ "op": "replace", "path": "id", "value": "x" }]), "mutability"),
        (json!([{ "op": "replace", "path": "meta.created", "value": "x" }]), "mutability"),
        (json!([{ "op": "replace", "path": "userName.x", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "name[a pr]", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "emails[", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "emails[x]", "value": "x" }]), "invalidFilter"),
    ] {
        assert_eq!(patched(&USERS, ana(), operations.clone()), Err(word), "{operations}");
    }
}
