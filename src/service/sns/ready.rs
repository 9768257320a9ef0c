//! What `/ready` shows of events: whether any come. A wrong way from SES to here tells nobody by itself.

use std::future::ready;

use jebi_domain::{
    port::Boxed,
    sns::{TopicArn, Verdict},
};

use super::{Sns, topics::later};
use crate::service::ready::{Check, Readiness};

impl Readiness for Sns {
    fn checks(&self) -> Vec<Check> {
        let (known, listed, unwritten) = (self.topics.known(), self.topics.listed(), self.seen.names());
        let names = known.keys().chain(&unwritten).map(String::as_str).chain(listed.iter().map(TopicArn::as_str));
        let mut any = false;
        let last = names.map(|name| {
            any = true;
            later(known.get(name).and_then(|source| source.last_event_at), self.seen.unwritten(name).0)
        });
        let last = last.max().flatten();
        let detail = match last {
            Some(at) => format!("the last event of SNS came at {at}"),
            None if any => "no event of SNS has come yet: send a mail to success@simulator.amazonses.com and look again".to_owned(),
            // Nobody said that events are to come.
            None => return Vec::new(),
        };
        vec![Check::new("events", true, detail)]
    }

    fn warnings(&self) -> Boxed<'_, Vec<String>> {
        let mut warnings = Vec::new();
        for source in self.topics.known().values() {
            if source.verdict == Verdict::Removed {
                continue;
            }
            let name = &source.name;
            if let Some(asked) = &source.asked {
                let of = asked.at;
                warnings.push(match (&asked.next, &asked.fault) {
                    (Some(_), Some(fault)) => format!("the subscription of {name} is not confirmed yet ({fault}); it is tried again"),
                    (Some(_), None) => continue,
                    (None, Some(fault)) => format!("the subscription of {name} could not be confirmed ({fault}): subscribe again"),
                    (None, None) => format!("{name} has asked at {of} to be confirmed; run `jebi sns allow {name}` if it is yours"),
                });
            }
            if let Some(at) = source.unsubscribed_at {
                warnings.push(format!("the subscription of {name} ended at {at}: subscribe again, or run `jebi sns remove {name}`"));
            }
        }
        warnings.sort();
        Box::pin(ready(warnings))
    }
}
