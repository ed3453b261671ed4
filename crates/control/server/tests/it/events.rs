//! The stream of events over HTTP: who may open it, how it goes on, how it ends.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use cloister_app::events::Telling;
use cloister_model::Role;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::house::House;

/// A stream as a client reads it.
struct Client {
    body: BodyDataStream,
    text: String,
}

impl Client {
    /// The next message as fields; `None` when the stream ended or nothing came.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let (message, rest) = (message.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let found = message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    found.unwrap_or_default().to_owned()
                };
                let data = serde_json::from_str(&field("data")).unwrap_or(Value::Null);
                return Some((field("id"), field("event"), data));
            }
            let chunk = tokio::time::timeout(Duration::from_secs(5), self.body.next()).await.ok()??;
            self.text += std::str::from_utf8(&chunk.unwrap()).unwrap();
        }
    }
}

async fn open(house: &House, token: &str, after: Option<&str>) -> Result<Client, (u16, Value)> {
    let mut request = Request::get("/api/v1/events").header("authorization", format!("Bearer {token}"));
    if let Some(after) = after {
        request = request.header("last-event-id", after);
    }
    let response = house.send(request.body(Body::empty()).unwrap()).await;
    if response.status() == 200 {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        return Ok(Client { body: response.into_body().into_data_stream(), text: String::new() });
    }
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Err((status, serde_json::from_slice(&bytes).unwrap()))
}

async fn alive() -> (House, tokio::sync::watch::Sender<bool>) {
    let house = House::new().await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let clock = Arc::clone(&house.app.clock);
    tokio::spawn(house.app.log.clone().run(clock, "test".into(), stopping.clone()));
    tokio::spawn(Telling(house.app.clone()).run(stopping));
    for org in ["one", "two"] {
        house.org(org).await;
    }
    (house, stop)
}

#[tokio::test]
async fn an_admin_hears_of_its_people_and_goes_on_where_it_was() {
    let (house, _stop) = alive().await;
    let (_, admin) = house.user("oda@one.example", "one", &[Role::OrganizationAdmin]).await;
    let (_, other) = house.user("oda@two.example", "two", &[Role::OrganizationAdmin]).await;
    let (ana, member) = house.user("ana@one.example", "one", &[]).await;
    let mut here = open(&house, &admin, None).await.unwrap_or_else(|_| panic!("refused"));
    let mut there = open(&house, &other, None).await.unwrap_or_else(|_| panic!("refused"));
    let (start, name, _) = here.next().await.unwrap();
    assert_eq!(name, "ready");
    there.next().await.unwrap();
    let roles = json!({ "workspace_admin": true, "auditor": false });
    let (status, _) =
        house.call("PUT", &format!("/api/v1/users/{ana}/roles"), Some(&admin), Some(roles)).await;
    assert_eq!(status, 200);
    let (id, name, event) = here.next().await.unwrap();
    assert_eq!((name.as_str(), &event["action"], &event["target"]), ("", &json!("user.roles"), &json!(ana)));
    assert!(there.next().await.is_none(), "another organisation's people");
    // Again from before it: the same once more. Again from it: nothing.
    let mut again = open(&house, &admin, Some(&start)).await.unwrap_or_else(|_| panic!("refused"));
    assert_eq!(again.next().await.unwrap().0, start);
    assert_eq!(again.next().await.unwrap(), (id.clone(), String::new(), event.clone()));
    let mut own = open(&house, &member, Some(&start)).await.unwrap_or_else(|_| panic!("refused"));
    own.next().await.unwrap();
    assert_eq!(own.next().await.unwrap().2, event, "it happened to her");
    let mut done = open(&house, &admin, Some(&id)).await.unwrap_or_else(|_| panic!("refused"));
    done.next().await.unwrap();
    assert!(done.next().await.is_none());
}

#[tokio::test]
async fn a_stream_ends_with_its_credential() {
    let (house, _stop) = alive().await;
    let (_, admin) = house.user("oda@one.example", "one", &[Role::OrganizationAdmin]).await;
    let (ana, member) = house.user("ana@one.example", "one", &[]).await;
    let mut stream = open(&house, &member, None).await.unwrap_or_else(|_| panic!("refused"));
    stream.next().await.unwrap();
    let path = format!("/api/v1/users/{ana}/disable");
    assert_eq!(house.call("POST", &path, Some(&admin), Some(json!({}))).await.0, 200);
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.body.next()).await;
    assert!(ended.is_ok_and(|chunk| chunk.is_none()), "it ended, and told nothing");
    assert_eq!(open(&house, &member, None).await.err().unwrap().0, 401);
}

#[tokio::test]
async fn bad_places_and_too_many_streams_are_refused() {
    let (house, _stop) = alive().await;
    let (_, ana) = house.user("ana@one.example", "one", &[]).await;
    for place in ["abc", "-1", "1.5", "99999999999999999999"] {
        let (status, problem) = open(&house, &ana, Some(place)).await.err().unwrap();
        assert_eq!((status, &problem["title"]), (400, &json!("The request is malformed")), "{place}");
    }
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(open(&house, &ana, None).await.unwrap_or_else(|_| panic!("refused")));
    }
    assert_eq!(open(&house, &ana, None).await.err().unwrap().0, 429);
    streams.pop();
    assert!(open(&house, &ana, None).await.is_ok());
}
