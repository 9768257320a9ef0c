//! What Amazon SNS delivers: its envelope, what of it is signed, and whom and what it may name (Amazon SNS developer guide, "Message
//! formats" and "Verifying the signatures of Amazon SNS messages").
//!
//! Only what is signed is believed. Headers are not signed, and of the body neither `UnsubscribeURL` nor `MessageAttributes`.
//!
//! A message that comes again does no harm, so replays are not looked for: SNS itself delivers some messages twice. A report is counted
//! once per mail, recipient and kind, whatever message brings it, and the same words stand in a timeline once; ids of messages are kept
//! nowhere. The bound on a message's age ([`age`]) only keeps one that was written down long ago from being of any use.

mod age;
mod envelope;
mod topic;
mod url;

pub use age::{Age, age};
pub use envelope::{Confirmation, Envelope, Kind, SignatureVersion, Signed, raw_delivery};
pub use topic::{OwnAccount, Standing, TopicArn, Verdict, standing};
pub use url::{CertificateUrl, is_issuer_url, is_subscribe_url};

#[cfg(test)]
mod tests;
