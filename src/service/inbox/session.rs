//! Short-lived passes: a browser that has shown a key gets one, because frames and downloads cannot show a key themselves. A
//! pass reads the inbox and nothing else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jebi_domain::{
    port::{Clock, Random},
    time::Boot,
};
use sha2::{Digest, Sha256};

/// How long a pass holds. The page asks for the next one in time; a key that was revoked is refused then.
pub const SESSION_TIME: Duration = Duration::from_secs(600);
/// Passes at the same time; the one nearest its end makes room.
const MOST: usize = 1_000;
/// Random bytes of a pass.
const RANDOM: usize = 32;

/// The passes that hold.
pub struct Sessions {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// SHA-256 of each, and when it ends.
    open: Mutex<HashMap<[u8; 32], Boot>>,
}

impl Sessions {
    pub(super) fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, open: Mutex::default() }
    }

    /// A new pass, for somebody who may read the inbox.
    #[must_use]
    pub fn open(&self) -> String {
        let mut bytes = [0; RANDOM];
        self.random.fill(&mut bytes);
        let pass = URL_SAFE_NO_PAD.encode(bytes);
        let now = self.clock.boot();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, ends| now < *ends);
        if open.len() >= MOST
            && let Some(first) = open.iter().min_by_key(|(_, ends)| **ends).map(|(hash, _)| *hash)
        {
            open.remove(&first);
        }
        open.insert(hash(&pass), now + SESSION_TIME);
        pass
    }

    /// Whether a pass holds.
    #[must_use]
    pub fn holds(&self, pass: &str) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&hash(pass)).is_some_and(|ends| self.clock.boot() < *ends)
    }
}

fn hash(pass: &str) -> [u8; 32] {
    Sha256::digest(pass.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use jebi_domain::{
        fake::{ManualClock, SeededRandom},
        time::Wall,
    };

    use super::*;

    fn sessions(clock: &ManualClock) -> Sessions {
        Sessions::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(1)))
    }

    #[test]
    fn a_pass_holds_for_its_time_and_no_longer() {
        let clock = ManualClock::new(Wall(0));
        let sessions = sessions(&clock);
        let pass = sessions.open();
        assert!(sessions.holds(&pass) && !sessions.holds("") && !sessions.holds(&pass[1..]));
        clock.advance(SESSION_TIME - Duration::from_millis(1));
        assert!(sessions.holds(&pass));
        clock.advance(Duration::from_millis(1));
        assert!(!sessions.holds(&pass));
    }

    #[test]
    fn there_are_never_more_than_the_limit_and_the_oldest_goes() {
        let clock = ManualClock::new(Wall(0));
        let sessions = sessions(&clock);
        let first = sessions.open();
        clock.advance(Duration::from_secs(1));
        let second = sessions.open();
        (2..=MOST).for_each(|_| drop(sessions.open()));
        assert!(!sessions.holds(&first) && sessions.holds(&second));
        assert_eq!(sessions.open.lock().expect("lock").len(), MOST);
    }
}
