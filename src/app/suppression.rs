//! The suppression list, checks of addresses, and the exchange with lists that accounts of providers keep.

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    port::{Boxed, Clock, MailHosts, Provider, Store},
    refusal::Fault,
    suppression::Rules,
};
use tokio::sync::Mutex;

use super::times;
use crate::{
    config::{Account, Config, SuppressionList},
    dns::{NameServers, NoNameServers},
    service::{
        addresses::Addresses,
        reload::{Change, Part},
        suppression::{AccountLists, Accounts, Exchange, Suppressions},
    },
};

/// The services of the list and of addresses.
#[derive(Clone)]
pub(super) struct Lists {
    pub suppressions: Arc<Suppressions>,
    pub addresses: Arc<Addresses>,
}

impl Lists {
    pub fn new(config: &Config, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> Self {
        let (list, disposable) = (Arc::clone(store), Arc::clone(&config.addresses.disposable));
        let suppressions = Suppressions::new(Arc::clone(store), Arc::clone(clock), times(config), rules(config));
        let addresses = Addresses::new(list, Arc::clone(clock), mail_hosts(config), disposable);
        Self { suppressions: Arc::new(suppressions), addresses: Arc::new(addresses) }
    }
}

/// Who is asked whether domains take mail. A machine without name servers sends mail all the same; then nothing is known of any domain.
fn mail_hosts(config: &Config) -> Arc<dyn MailHosts> {
    let made = match config.addresses.name_server {
        Some(at) => NameServers::at(at.ip(), at.port()),
        None => NameServers::of_system(),
    };
    match made {
        Ok(servers) => Arc::new(servers),
        Err(error) => {
            tracing::warn!(%error, "there are no name servers to ask whether domains take mail: addresses are checked without");
            Arc::new(NoNameServers)
        }
    }
}

/// What the configuration says about the list.
fn rules(config: &Config) -> Rules {
    let told = lists(config).filter(|(_, lists)| *lists != AccountLists::Pull).map(|(name, _)| name.to_owned());
    Rules { complaints: config.suppression.complaints.clone(), soft: config.suppression.soft, told: told.collect() }
}

/// Providers whose accounts are exchanged with.
fn lists(config: &Config) -> impl Iterator<Item = (&str, AccountLists)> {
    config.providers.iter().filter_map(|provider| {
        let Account::Ses(ses) = &provider.account else { return None };
        let lists = match ses.suppression_list? {
            SuppressionList::Pull => AccountLists::Pull,
            SuppressionList::Push => AccountLists::Push,
            SuppressionList::Both => AccountLists::Both,
        };
        Some((provider.name.as_str(), lists))
    })
}

/// Those accounts.
pub(super) fn accounts(config: &Config, running: &BTreeMap<String, Arc<dyn Provider>>) -> Accounts {
    lists(config).filter_map(|(name, lists)| Some((Arc::clone(running.get(name)?), lists))).collect()
}

/// Takes a changed configuration; comes after the providers.
pub(super) struct SuppressionPart {
    pub lists: Lists,
    pub exchange: Arc<Exchange>,
    pub running: Arc<Mutex<BTreeMap<String, Arc<dyn Provider>>>>,
}

impl Part<Config> for SuppressionPart {
    fn prepare<'a>(&'a self, _: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        let (lists, exchange, running, new) = (self.lists.clone(), Arc::clone(&self.exchange), Arc::clone(&self.running), new.clone());
        let change: Change = Box::new(move || {
            Box::pin(async move {
                lists.suppressions.set(rules(&new));
                lists.addresses.set(Arc::clone(&new.addresses.disposable));
                exchange.set(accounts(&new, &*running.lock().await));
                Ok(())
            })
        });
        Box::pin(std::future::ready(Ok(change)))
    }
}
