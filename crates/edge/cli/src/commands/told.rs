//! The inbox, and webhooks.

use cloister_api::{
    Page,
    notices::{Notice, ReadRequest, Unread},
    webhooks::{Delivery, NewSecret, NewWebhook, RotateRequest, Webhook, WebhookRequest},
};
use serde_json::json;

use super::value;
use crate::{
    args::{Inbox, WebhookCommand, WebhookFields},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn inbox(context: &Context, args: Inbox) -> Result<Reply, Failure> {
    let client = context.client()?;
    let path = if args.unread { "/notices?unread=true&limit=200" } else { "/notices?limit=200" };
    let page: Page<Notice> = client.api().get(path).await?;
    if let (true, Some(newest)) = (args.mark_read, page.items.first()) {
        let _: Unread = client.api().post("/notices/read", &ReadRequest { up_to: newest.id }).await?.value;
    }
    let rows: Vec<Vec<String>> = page
        .items
        .iter()
        .map(|notice| {
            let fresh = if notice.read.is_none() { "new" } else { "" };
            vec![notice.at.to_string(), fresh.into(), notice.text.clone()]
        })
        .collect();
    let empty = "nothing; invitations, reviews and the ends of your runs are told here";
    let mut text = terminal::list(&["when", "", "what"], &rows, empty);
    if page.next.is_some() {
        text += "\nolder ones are in the console";
    }
    Ok(Reply::new(json!({ "items": page.items }), text))
}

fn request(fields: WebhookFields, paused: bool) -> WebhookRequest {
    WebhookRequest { url: fields.url, description: fields.description, actions: fields.actions, paused }
}

fn row(webhook: &Webhook) -> Vec<String> {
    let state = match (&webhook.problem, webhook.paused) {
        (Some(problem), true) => format!("paused: {problem}"),
        (None, true) => "paused".into(),
        (Some(_) | None, false) => "active".into(),
    };
    let actions = if webhook.actions.is_empty() { "everything".into() } else { webhook.actions.join(", ") };
    vec![webhook.id.to_string(), webhook.url.clone(), actions, state]
}

fn shown_once(secret: &str) -> String {
    format!("{secret}\nshown once; deliveries are signed with it as Standard Webhooks says")
}

pub(super) async fn webhook(context: &Context, command: WebhookCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    let api = client.api();
    match command {
        WebhookCommand::List => {
            let all: Vec<Webhook> = api.all("/webhooks").await?;
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            let empty = "no webhooks; add one with `cloister webhook add https://...`";
            let text = terminal::list(&["id", "where to", "which acts", "state"], &rows, empty);
            Ok(Reply::new(json!({ "items": all }), text))
        }
        WebhookCommand::Add(fields) => {
            let made: NewWebhook = api.post("/webhooks", &request(fields, false)).await?.value;
            let text = format!("{}\n{}", made.webhook.id, shown_once(&made.secret));
            Ok(Reply::new(value(&made), text))
        }
        WebhookCommand::Set { id, fields, pause } => {
            let changed: Webhook = api.put(&format!("/webhooks/{id}"), &request(fields, pause)).await?;
            Ok(Reply::new(value(&changed), row(&changed).join("  ")))
        }
        WebhookCommand::Rotate { id, keep_old_for_hours } => {
            let body = RotateRequest { keep_old_for_hours };
            let fresh: NewSecret = api.post(&format!("/webhooks/{id}/secrets"), &body).await?.value;
            Ok(Reply::new(value(&fresh), shown_once(&fresh.secret)))
        }
        WebhookCommand::Test { id } => {
            let sent: Delivery = api.post(&format!("/webhooks/{id}/tests"), &json!({})).await?.value;
            let text = format!("{} is on its way; see `cloister webhook deliveries {id}`", sent.id);
            Ok(Reply::new(value(&sent), text))
        }
        WebhookCommand::Deliveries { id } => {
            let page: Page<Delivery> = api.get(&format!("/webhooks/{id}/deliveries?limit=200")).await?;
            let text = terminal::list(
                &["when", "what", "state", "tries", "why"],
                &page.items.iter().map(delivery).collect::<Vec<_>>(),
                "nothing was delivered yet; try it with `cloister webhook test`",
            );
            Ok(Reply::new(json!({ "items": page.items }), text))
        }
        WebhookCommand::Remove { id } => {
            api.delete(&format!("/webhooks/{id}")).await?;
            Ok(Reply::new(json!({ "removed": id }), "removed"))
        }
    }
}

fn delivery(delivery: &Delivery) -> Vec<String> {
    vec![
        delivery.created.to_string(),
        delivery.action.clone(),
        delivery.state.clone(),
        delivery.attempts.to_string(),
        delivery.problem.clone().unwrap_or_default(),
    ]
}
