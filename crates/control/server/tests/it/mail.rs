//! Mail over SMTP to a mail server of the test's own.

use std::sync::{Arc, Mutex};

use cloister_app::notices::mail::{Mail, MailError, Mailer as _};
use cloister_server::smtp::Smtp;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

type Lines = Arc<Mutex<Vec<String>>>;

/// Speaks SMTP; answers recipients with `answer`.
async fn session(stream: TcpStream, answer: &str, heard: Lines) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await?;
    let mut data = false;
    while let Some(line) = lines.next_line().await? {
        heard.lock().unwrap().push(line.clone());
        let reply = match line.split([' ', ':']).next().unwrap_or_default() {
            _ if data && line != "." => continue,
            "EHLO" => "250-sink\r\n250 8BITMIME",
            "RCPT" => answer,
            "DATA" => {
                data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => {
                data = false;
                "250 ok"
            }
        };
        write.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// A mail server, and what it hears.
async fn sink(answer: &'static str) -> (String, Lines) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let heard = Lines::default();
    let lines = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(session(stream, answer, lines.clone()));
        }
    });
    (url, heard)
}

fn mail() -> Mail {
    Mail {
        id: uuid::Uuid::from_u128(7),
        to: "ben@two.example".parse().unwrap(),
        subject: "ana@one.example invited you to the workspace `Zürich`".into(),
        text: "Look at it.\n.\nA line of one dot ends nothing.\n".into(),
    }
}

fn smtp(url: &str) -> Smtp {
    Smtp::new(url, None, "Cloister <cloister@one.example>", "https://one.example").unwrap()
}

#[tokio::test]
async fn a_mail_arrives_whole_and_names_itself() {
    let (url, heard) = sink("250 ok").await;
    smtp(&url).send(&mail()).await.unwrap();
    let heard = heard.lock().unwrap().join("\n");
    for part in [
        "MAIL FROM:<cloister@one.example>",
        "RCPT TO:<ben@two.example>",
        "Message-ID: <00000000-0000-0000-0000-000000000007@one.example>",
        "Subject: ana@one.example invited you to the workspace",
        "\n..\nA line of one dot ends nothing.",
    ] {
        assert!(heard.contains(part), "`{part}` in\n{heard}");
    }
}

#[tokio::test]
async fn a_refusal_for_now_is_told_from_one_for_good_and_from_silence() {
    let (later, _) = sink("450 try again").await;
    let (never, _) = sink("550 no such mailbox").await;
    assert!(matches!(smtp(&later).send(&mail()).await, Err(MailError::Later(_))));
    assert!(matches!(smtp(&never).send(&mail()).await, Err(MailError::Never(_))));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert!(matches!(smtp(&format!("smtp://{nobody}")).send(&mail()).await, Err(MailError::Later(_))));
    // A server that must speak TLS and does not gets no mail.
    let (plain, heard) = sink("250 ok").await;
    let sent = smtp(&format!("{plain}?tls=required")).send(&mail()).await;
    assert!(sent.is_err(), "sent in the clear");
    assert!(!heard.lock().unwrap().iter().any(|line| line.starts_with("DATA")));
}
