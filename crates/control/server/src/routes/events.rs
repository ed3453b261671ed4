//! `GET /events`: what happens, as server-sent events.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName},
    response::{
        IntoResponse,
        sse::{Event as Line, KeepAlive, Sse},
    },
};
use cloister_api::events::Event;
use cloister_app::{
    App,
    events::{Event as Happened, Seen, Watcher},
};
use futures::stream;
use serde::Deserialize;
use tokio::{sync::watch::Receiver, time::Interval};

use crate::{Shared, body::Asked, caller::Caller, problem::Failure, streams::Open};

/// How soon a browser comes again.
const AGAIN: Duration = Duration::from_secs(2);
/// How often a silent stream says that it lives.
const ALIVE: Duration = Duration::from_secs(15);
/// How often a stream's credential is looked at when nothing else asks for it.
const STILL: Duration = Duration::from_secs(60);

/// Where to begin.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct From {
    /// For clients that cannot send `Last-Event-ID`.
    #[param(minimum = 0)]
    after: Option<u64>,
}

/// A message of the stream.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(in crate::routes) struct Told {
    /// The text of an `Event`; of `{}` in `ready` and `reset`.
    data: String,
    /// `ready`, `reset` or `event`.
    event: Option<String>,
    /// A place to go on from.
    id: Option<String>,
    /// Milliseconds to wait before coming again.
    retry: Option<u64>,
}

struct Stream {
    app: Arc<App>,
    secret: String,
    watcher: Watcher,
    draining: Receiver<bool>,
    still: Interval,
    begun: bool,
    _open: Open,
}

/// What wakes a stream.
enum Wake {
    Seen(Seen),
    Still,
    End,
}

fn begin(headers: &HeaderMap, from: &From) -> Result<Option<i64>, Failure> {
    let wrong = || Failure::new(400, "invalid", "`Last-Event-ID` is the `id` of an event of this stream");
    let after = match headers.get("last-event-id") {
        Some(id) => Some(id.to_str().ok().and_then(|id| id.parse().ok()).ok_or_else(wrong)?),
        None => from.after,
    };
    after.map(|after: u64| i64::try_from(after).map_err(|_| wrong())).transpose()
}

fn line(happened: &Happened) -> Option<Line> {
    let event = Event {
        at: happened.at,
        action: happened.action.clone(),
        actor: happened.actor,
        workspace: happened.workspace,
        target: happened.target.clone(),
    };
    let line = Line::default().json_data(event).ok()?;
    Some(match happened.id {
        Some(id) => line.id(id.to_string()),
        None => line,
    })
}

impl Stream {
    async fn wake(&mut self) -> Wake {
        tokio::select! {
            Ok(_) = self.draining.wait_for(|draining| *draining) => Wake::End,
            _ = self.still.tick() => Wake::Still,
            seen = self.watcher.next() => match seen {
                Ok(seen) => Wake::Seen(seen),
                Err(error) => {
                    tracing::warn!(%error, "an event stream ends");
                    Wake::End
                }
            },
        }
    }

    /// Whether the credential is still good; from now on with what it allows now.
    async fn allowed(&mut self) -> bool {
        match self.app.still(&self.secret).await {
            Ok(Some(who)) => {
                self.watcher.become_who(who);
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    /// The next line; none at the end, after which the client comes again with `Last-Event-ID`.
    async fn next(&mut self) -> Option<Line> {
        if !self.begun {
            self.begun = true;
            let id = self.watcher.position().to_string();
            return Some(Line::default().event("ready").id(id).retry(AGAIN).data("{}"));
        }
        loop {
            let told = match self.wake().await {
                Wake::End => return None,
                Wake::Seen(Seen::Event(event)) => Some(event),
                Wake::Seen(Seen::Reset(position)) => {
                    return Some(Line::default().event("reset").id(position.to_string()).data("{}"));
                }
                Wake::Seen(Seen::Yourself(event)) => {
                    if !self.allowed().await {
                        return None;
                    }
                    event
                }
                Wake::Still => {
                    if !self.allowed().await {
                        return None;
                    }
                    None
                }
            };
            if let Some(line) = told.and_then(|event| line(&event)) {
                return Some(line);
            }
        }
    }
}

/// Each message's `data` is an event, its `id` a place to go on from. `ready` comes first; `reset` says that too much
/// happened since `Last-Event-ID`: read everything again.
#[utoipa::path(get, path = "/events", params(From, ("Last-Event-ID" = Option<u64>, Header)),
    responses((status = 200, body = Told, content_type = "text/event-stream")))]
pub(in crate::routes) async fn events(
    State(shared): State<Shared>,
    Caller(who): Caller,
    headers: HeaderMap,
    Asked(from): Asked<From>,
) -> Result<impl IntoResponse, Failure> {
    let after = begin(&headers, &from)?;
    let open = shared.streams.open(who.user.id)?;
    let secret = crate::caller::secret_of(&shared, &headers).unwrap_or_default();
    let watcher = shared.app.watch(who, after).await?;
    let mut still = tokio::time::interval_at(tokio::time::Instant::now() + STILL, STILL);
    still.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (app, draining) = (shared.app.clone(), shared.draining.clone());
    let stream = Stream { app, secret, watcher, draining, still, begun: false, _open: open };
    let lines = stream::unfold(stream, |mut stream| async move {
        let line = stream.next().await?;
        Some((Ok::<_, Infallible>(line), stream))
    });
    // Proxies that gather answers before they pass them on are told not to.
    let plain = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((plain, Sse::new(lines).keep_alive(KeepAlive::new().interval(ALIVE))))
}
