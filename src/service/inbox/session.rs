//! Short-lived passes: a browser that has shown a key gets one, because frames and downloads cannot show a key themselves. A
//! pass reads the inbox and nothing else.
//!
//! A pass is a signed statement (JWT, HS256) of which key it was given for and until when, so that every node of an installation
//! takes it. It is signed with what all nodes know of that key, and ends with it: a key that is revoked or may no longer read takes
//! its passes along. One given to the administrator of this machine, who showed no key, holds on this node.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    access::Scope,
    id::KeyNo,
    port::{Clock, Random},
    refusal::Refusal,
    time::Wall,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::service::{
    Caller,
    access::Access,
    keys::{Keys, Standing},
};

/// How long a pass holds. The page asks for the next one in time.
pub const SESSION_TIME: Duration = Duration::from_secs(600);
/// Longest pass looked at, in bytes.
const LONGEST: usize = 512;

/// What a pass says.
#[derive(Serialize, Deserialize)]
struct Claims {
    key: i64,
    /// Milliseconds since 1970; not `exp`, so that it is never taken for a token.
    until: i64,
}

/// Gives passes and checks them.
pub struct Sessions {
    clock: Arc<dyn Clock>,
    keys: Arc<Keys>,
    access: Arc<Access>,
    /// For who showed no key.
    own: [u8; 32],
}

impl Sessions {
    pub(super) fn new(clock: Arc<dyn Clock>, random: &dyn Random, keys: Arc<Keys>, access: Arc<Access>) -> Self {
        let mut own = [0; 32];
        random.fill(&mut own);
        Self { clock, keys, access, own }
    }

    /// A new pass, for somebody who may read the inbox.
    ///
    /// # Errors
    /// The key was revoked this moment.
    pub fn open(&self, caller: &Caller) -> Result<String, Refusal> {
        let claims = Claims { key: caller.key.0, until: (self.clock.wall() + SESSION_TIME).0 };
        let secret = self.secrets(caller.key).into_iter().next();
        let pass = secret.and_then(|secret| encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&secret)).ok());
        pass.ok_or_else(|| Refusal::missing("key"))
    }

    /// Whether a pass holds.
    #[must_use]
    pub fn holds(&self, pass: &str) -> bool {
        self.read(pass).is_some_and(|until| self.clock.wall() < until)
    }

    /// Until when a pass holds that was signed by one of us.
    fn read(&self, pass: &str) -> Option<Wall> {
        if pass.len() > LONGEST {
            return None;
        }
        // Whose it says it is tells with what to check it; nothing else of it is believed before.
        let named = jsonwebtoken::dangerous::insecure_decode::<Claims>(pass).ok()?.claims.key;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        let mut secrets = self.secrets(KeyNo(named)).into_iter();
        let checked = secrets.find_map(|secret| decode::<Claims>(pass, &DecodingKey::from_secret(&secret), &rules).ok())?;
        (checked.claims.key == named).then_some(Wall(checked.claims.until))
    }

    /// What passes of a key are signed with, and what they may have been; none for one that does not hold.
    fn secrets(&self, key: KeyNo) -> Vec<[u8; 32]> {
        if key == Caller::LOCAL.key {
            return vec![self.own];
        }
        match self.keys.standing(key, Scope::Read) {
            Standing::Gone => Vec::new(),
            Standing::Key(hash) => vec![secret(&hash)],
            // The place of a token's subject has nothing secret about it: what tokens are signed with has.
            Standing::Subject => self.access.current().token_secrets.0.iter().map(|text| secret(text.as_bytes())).collect(),
        }
    }
}

/// For passes alone: what is made with it is no use anywhere else.
fn secret(of: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"jebi inbox pass\0").chain_update(of).finalize().into()
}
