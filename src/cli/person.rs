//! `jebi person`: what is known of an address.

use clap::Subcommand;
use http::Method;

use super::{Client, Failure, print, suppression::encoded, tell};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Print everything known of an address as JSON
    #[command(after_help = "Example:\n  jebi person export hong@example.com > hong.json")]
    Export {
        /// The person's address
        address: String,
    },
    /// Erase everything known of an address, for good
    ///
    /// Counts stay, and a hash of the address that keeps bulk mail from it. Consents stay as proof, without the address. What is being sent just
    /// now is left: run it again then.
    #[command(after_help = "Example:\n  jebi person erase hong@example.com --yes")]
    Erase {
        /// The person's address
        address: String,
        /// That it is meant: what is erased cannot be brought back
        #[arg(long)]
        yes: bool,
    },
    /// Mail an erased person again, because they asked for it
    ///
    /// A hash of the address kept mail from it until now. What was erased does not come back.
    #[command(after_help = "Example:\n  jebi person readmit hong@example.com --reason 'asked by telephone'")]
    Readmit {
        /// The person's address
        address: String,
        /// How they asked for it; kept in the audit log
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(command: Command, client: &Client) -> Result<(), Failure> {
    match command {
        Command::Export { address } => {
            let person = client.call(Method::GET, &path(&address), None).await?;
            print(&format!("{person:#}"));
            Ok(())
        }
        Command::Erase { yes: false, .. } => {
            Err(Failure::refused("what is erased cannot be brought back: say --yes; `jebi person export` keeps a copy".to_owned()))
        }
        Command::Erase { address, yes: true } => {
            let done = client.call(Method::POST, &format!("{}/erase", path(&address)), None).await?;
            tell(&format!("erased from {} mails, {} consents stay without the address", done["deliveries"], done["consents"]));
            if done["open"] != 0 {
                tell(&format!("{} mails are being sent or their outcome is open: run it again later", done["open"]));
            }
            Ok(())
        }
        Command::Readmit { address, reason } => {
            client.call(Method::DELETE, &format!("{}/erasure?reason={}", path(&address), encoded(&reason)), None).await?;
            tell(&format!("mail goes to {address} again"));
            Ok(())
        }
    }
}

/// Every address has characters that would be another path.
fn path(address: &str) -> String {
    format!("/v1/persons/{}", encoded(address))
}
