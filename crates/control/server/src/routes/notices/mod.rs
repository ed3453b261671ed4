//! The caller's inbox.

pub(super) mod list;
pub(super) mod mute;
pub(super) mod read_all;
pub(super) mod read_one;
pub(super) mod settings;
pub(super) mod unread;

use cloister_api::notices::{Notice, Unread};
use cloister_app::notices::{headline, link};
use cloister_store::notices::NoticeRow;

fn notice(row: NoticeRow) -> Notice {
    Notice {
        text: headline(&row),
        link: link(&row),
        id: row.new.id,
        kind: row.new.kind,
        at: row.new.created,
        actor: row.actor_email,
        workspace: row.new.workspace,
        target: row.new.target,
        outcome: row.new.outcome,
        read: row.read,
    }
}

fn unread_of(count: i64) -> Unread {
    Unread { unread: u64::try_from(count).unwrap_or_default() }
}
