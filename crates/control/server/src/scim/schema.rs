//! What resources consist of, and what the discovery endpoints say of it.

use serde_json::{Value, json};

use super::ROOT;

/// The schema of users.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One value, written by the provider.
    Single,
    /// Several parts under one name.
    Complex,
    /// A list of parts.
    List,
    /// Written by this server.
    ReadOnly,
}

/// An attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
}

const fn attribute(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind }
}

/// A kind of resources.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Type {
    /// `User` or `Group`.
    pub(crate) name: &'static str,
    /// Its schema.
    pub(crate) schema: &'static str,
    /// Its path.
    pub(crate) path: &'static str,
    /// What it consists of.
    pub(crate) attributes: &'static [Attribute],
}

/// People.
pub(crate) const USERS: Type = Type {
    name: "User",
    schema: USER,
    path: "/Users",
    attributes: &[
        attribute("schemas", Kind::ReadOnly),
        attribute("id", Kind::ReadOnly),
        attribute("externalId", Kind::Single),
        attribute("userName", Kind::Single),
        attribute("name", Kind::Complex),
        attribute("displayName", Kind::Single),
        attribute("active", Kind::Single),
        attribute("emails", Kind::List),
        attribute("meta", Kind::ReadOnly),
    ],
};

/// Groups.
pub(crate) const GROUPS: Type = Type {
    name: "Group",
    schema: GROUP,
    path: "/Groups",
    attributes: &[
        attribute("schemas", Kind::ReadOnly),
        attribute("id", Kind::ReadOnly),
        attribute("externalId", Kind::Single),
        attribute("displayName", Kind::Single),
        attribute("members", Kind::List),
        attribute("meta", Kind::ReadOnly),
    ],
};

impl Type {
    /// The attribute of a name, whatever its case.
    pub(crate) fn attribute(&self, name: &str) -> Option<Attribute> {
        self.attributes.iter().find(|one| one.name.eq_ignore_ascii_case(name)).copied()
    }
}

fn meta(kind: &str, location: &str) -> Value {
    json!({ "resourceType": kind, "location": location })
}

/// `GET /ServiceProviderConfig`.
pub(crate) fn config(public_url: &str) -> Value {
    json!({
        "schemas": [format!("{CORE}ServiceProviderConfig")],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": super::list::MOST },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token", "primary": true,
            "description": "the token that an organisation admin makes for the organisation's provider" }],
        "meta": meta("ServiceProviderConfig", &format!("{public_url}{ROOT}/ServiceProviderConfig")),
    })
}

/// `GET /ResourceTypes`.
pub(crate) fn resource_types(public_url: &str) -> Vec<Value> {
    [USERS, GROUPS]
        .iter()
        .map(|kind| {
            json!({
                "schemas": [format!("{CORE}ResourceType")],
                "id": kind.name, "name": kind.name, "endpoint": kind.path, "schema": kind.schema,
                "description": if kind.name == "User" { "people" } else { "groups of people" },
                "meta": meta("ResourceType", &format!("{public_url}{ROOT}/ResourceTypes/{}", kind.name)),
            })
        })
        .collect()
}

/// The definition of an attribute, with what differs from a plain text.
fn define(name: &str, text: &str, more: Value) -> Value {
    let mut all = json!({
        "name": name, "type": "string", "multiValued": false, "description": text, "required": false,
        "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    all
}

fn schema(public_url: &str, name: &str, text: &str, attributes: Vec<Value>) -> Value {
    let id = format!("{CORE}{name}");
    json!({
        "schemas": [format!("{CORE}Schema")],
        "meta": meta("Schema", &format!("{public_url}{ROOT}/Schemas/{id}")),
        "id": id, "name": name, "description": text, "attributes": attributes,
    })
}

fn user_attributes() -> Vec<Value> {
    let name = [("formatted", "all of it"), ("familyName", "family name"), ("givenName", "given name")];
    let name: Vec<Value> = name.iter().map(|(name, text)| define(name, text, json!({}))).collect();
    let emails = vec![
        define("value", "the address", json!({})),
        define("display", "what it is called", json!({})),
        define("type", "what it is for", json!({ "canonicalValues": ["work", "home", "other"] })),
        define("primary", "whether it is the one to use", json!({ "type": "boolean" })),
    ];
    vec![
        define(
            "userName",
            "the address by which the provider vouches for the person",
            json!({ "required": true, "uniqueness": "server" }),
        ),
        define("name", "parts of the name", json!({ "type": "complex", "subAttributes": name })),
        define("displayName", "what the person is called", json!({})),
        // Never absent: where nothing was said, the person may.
        define("active", "whether the person may sign in", json!({ "type": "boolean", "required": true })),
        define(
            "emails",
            "addresses, of domains that the provider claims",
            json!({ "type": "complex", "multiValued": true, "subAttributes": emails }),
        ),
    ]
}

fn group_attributes() -> Vec<Value> {
    let fixed = |more: Value| {
        let mut all = json!({ "mutability": "immutable" });
        if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
            all.extend(more);
        }
        all
    };
    let members = vec![
        define("value", "the user's id", fixed(json!({}))),
        define(
            "$ref",
            "where the user is",
            fixed(json!({ "type": "reference", "referenceTypes": ["User"] })),
        ),
        define("type", "`User`", fixed(json!({ "canonicalValues": ["User"] }))),
    ];
    vec![
        define(
            "displayName",
            "the name",
            json!({ "required": true, "uniqueness": "server", "caseExact": true }),
        ),
        define(
            "members",
            "who is in it",
            json!({ "type": "complex", "multiValued": true, "subAttributes": members }),
        ),
    ]
}

fn supported(name: &str) -> Value {
    let sub = define(
        "supported",
        "whether it is",
        json!({ "type": "boolean", "required": true, "mutability": "readOnly" }),
    );
    define(
        name,
        "whether it is supported",
        json!({ "type": "complex", "mutability": "readOnly", "subAttributes": [sub] }),
    )
}

/// `GET /Schemas`.
pub(crate) fn schemas(public_url: &str) -> Vec<Value> {
    let fixed = |name: &str| define(name, "as its name says", json!({ "mutability": "readOnly" }));
    let reference = |name: &str| {
        let more = json!({ "type": "reference", "referenceTypes": ["uri"], "mutability": "readOnly" });
        define(name, "as its name says", more)
    };
    let listed = |name: &str, subs: Vec<Value>| {
        let more = json!({ "type": "complex", "multiValued": true, "mutability": "readOnly", "subAttributes": subs });
        define(name, "as its name says", more)
    };
    let schemes = listed("authenticationSchemes", vec![fixed("type"), fixed("name"), fixed("description")]);
    vec![
        schema(public_url, "User", "people", user_attributes()),
        schema(public_url, "Group", "groups of people", group_attributes()),
        schema(
            public_url,
            "ServiceProviderConfig",
            "what this server can do",
            ["patch", "bulk", "filter", "changePassword", "sort", "etag"]
                .map(supported)
                .into_iter()
                .chain([schemes])
                .collect(),
        ),
        schema(
            public_url,
            "ResourceType",
            "kinds of resources",
            vec![
                fixed("id"),
                fixed("name"),
                fixed("description"),
                reference("endpoint"),
                reference("schema"),
            ],
        ),
        schema(
            public_url,
            "Schema",
            "what resources consist of",
            vec![
                fixed("id"),
                fixed("name"),
                fixed("description"),
                listed("attributes", vec![fixed("name"), fixed("type"), fixed("description")]),
            ],
        ),
    ]
}
