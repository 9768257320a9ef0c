//! `jebi profile`: sender profiles.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Map, Value, json};

use super::{Client, Failure, client::segment, print, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List all sender profiles
    #[command(after_help = "Example:\n  jebi profile list")]
    List,
    /// Print a profile as JSON
    #[command(after_help = "Example:\n  jebi profile show shop")]
    Show {
        /// The profile's name
        name: String,
    },
    /// Make a profile, or change what is given of one
    #[command(
        after_help = "Example:\n  jebi profile set shop --from \"제비상점 <news@example.kr>\" --company 제비상점 --postal-address \"서울특별시 중구 세종대로 110\" --phone 02-120 --email help@example.kr"
    )]
    Set(Box<Fields>),
    /// Remove a profile no live key is tied to
    #[command(after_help = "Example:\n  jebi profile remove shop")]
    Remove {
        /// The profile's name
        name: String,
    },
}

/// What is given of a profile.
#[derive(Args)]
pub(super) struct Fields {
    /// The profile's name: lower-case letters, digits, - and _
    name: String,
    /// Sender: an address, or "Name <address>"; a new profile needs it
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Where answers go; several may be given
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Vec<String>,
    /// The company's name
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// The company's postal address
    #[arg(long, value_name = "TEXT")]
    postal_address: Option<String>,
    /// The company's phone number
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The company's e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Who represents the company
    #[arg(long, value_name = "NAME")]
    representative: Option<String>,
    /// The company's business registration number
    #[arg(long, value_name = "NUMBER")]
    business_number: Option<String>,
    /// Language Jebi speaks to recipients in: ko or en
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// How recipients refuse bulk mail: own (this server's link), off, or an https address
    #[arg(long, value_name = "HOW")]
    unsubscribe: Option<String>,
    /// List-Id of bulk mail, such as news.example.kr
    #[arg(long, value_name = "ID")]
    list_id: Option<String>,
    /// Whether people are told of consents recorded for it: true or false
    #[arg(long, value_name = "BOOL")]
    consent_notices: Option<bool>,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::List => list(client).await,
        Command::Show { name } => {
            let profile = client.call(Method::GET, &path(&name), None).await?;
            print(&format!("{profile:#}"));
            Ok(())
        }
        Command::Set(fields) => set(*fields, client).await,
        Command::Remove { name } => {
            client.call(Method::DELETE, &path(&name), None).await?;
            tell(&format!("the profile {name} is removed"));
            Ok(())
        }
    }
}

fn path(name: &str) -> String {
    format!("/v1/profiles/{}", segment(name))
}

async fn list(client: &Client) -> Result<(), Failure> {
    let answer = client.call(Method::GET, "/v1/profiles", None).await?;
    print(&format!("{:<24} {:<32} COMPANY", "NAME", "FROM"));
    for profile in answer["profiles"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (name, from, company) = (text(&profile["name"]), text(&profile["from"]["email"]), text(&profile["company"]["name"]));
        print(&format!("{name:<24} {from:<32} {company}"));
    }
    Ok(())
}

async fn set(fields: Fields, client: &Client) -> Result<(), Failure> {
    let known = client.call(Method::GET, "/v1/profiles", None).await?;
    let before = known["profiles"].as_array().into_iter().flatten().find(|profile| profile["name"] == *fields.name);
    let mut body = before.and_then(Value::as_object).cloned().unwrap_or_default();
    // What the server keeps of it by itself.
    for own in ["name", "created_at", "changed_at"] {
        body.remove(own);
    }
    let mut company = body.get("company").and_then(Value::as_object).cloned().unwrap_or_default();
    put(&mut company, "name", fields.company);
    put(&mut company, "postal_address", fields.postal_address);
    put(&mut company, "phone", fields.phone);
    put(&mut company, "email", fields.email);
    put(&mut company, "representative", fields.representative);
    put(&mut company, "business_number", fields.business_number);
    body.insert("company".to_owned(), Value::Object(company));
    put(&mut body, "from", fields.from);
    put(&mut body, "language", fields.language);
    put(&mut body, "list_id", fields.list_id);
    put(&mut body, "consent_notices", fields.consent_notices);
    if !fields.reply_to.is_empty() {
        body.insert("reply_to".to_owned(), json!(fields.reply_to));
    }
    let unsubscribe = fields.unsubscribe.map(|how| match how.as_str() {
        "own" => json!(true),
        "off" => json!(false),
        page => json!(page),
    });
    put(&mut body, "unsubscribe", unsubscribe);
    client.call(Method::PUT, &path(&fields.name), Some(&Value::Object(body))).await?;
    tell(&format!("the profile {} is kept", fields.name));
    Ok(())
}

fn put(body: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), value.into());
    }
}
