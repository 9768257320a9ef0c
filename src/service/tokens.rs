//! Signed tokens (JWT, RFC 7519) in place of API keys: HS256 with `JWT_SECRET`, or with the secret before it while it is being
//! replaced. Claims: `sub` and `exp` are needed; `nbf` and `scope` (RFC 8693, section 4.2) are read; others are not.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    access::{Scope, Scopes},
    port::Clock,
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode, errors::ErrorKind};
use serde::{Deserialize, Serialize};

use super::{Caller, access::Access, keys::Keys};

/// How far the clocks of who makes tokens and of this machine may be apart.
const LEEWAY: Duration = Duration::from_secs(60);
/// A token that holds longer is refused: it was meant to be a key, which can be revoked.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);
/// Longest token looked at, in bytes.
const MAX: usize = 4_096;
/// Longest subject, in characters.
const MAX_SUBJECT: usize = 100;
/// Scopes of a token that names none.
const USUAL: [Scope; 2] = [Scope::Send, Scope::Read];

#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// Seconds since 1970, perhaps with a fraction (RFC 7519 section 2, NumericDate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Checks tokens.
pub struct Tokens {
    keys: Arc<Keys>,
    access: Arc<Access>,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    #[must_use]
    pub fn new(keys: Arc<Keys>, access: Arc<Access>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, access, clock }
    }

    /// Who shows this token; `None` for what is no token, and for any while no secret is set.
    ///
    /// # Errors
    /// Unauthenticated, saying why, for a token that does not hold; a store that cannot write down a new subject.
    pub async fn authenticate(&self, presented: &str) -> Result<Option<Caller>, Refusal> {
        let settings = self.access.current();
        let secrets = &settings.token_secrets.0;
        if secrets.is_empty() || !looks_like_a_token(presented) {
            return Ok(None);
        }
        let claims = verify(presented, secrets.iter().map(String::as_bytes))?;
        let (subject, scopes) = judge(claims, self.clock.wall())?;
        let caller = self.keys.subject(&subject).await?;
        caller.map(|caller| Some(caller.narrowed(scopes))).ok_or_else(|| bad("its subject was revoked or has expired"))
    }
}

/// Three parts, the first of which begins as a JSON object does in base64.
fn looks_like_a_token(text: &str) -> bool {
    text.len() <= MAX && text.starts_with("eyJ") && text.split('.').count() == 3
}

fn verify<'a>(token: &str, secrets: impl Iterator<Item = &'a [u8]>) -> Result<Claims, Refusal> {
    let header = decode_header(token).map_err(|_| bad("its header cannot be read"))?;
    if header.alg != Algorithm::HS256 {
        return Err(bad("it is not signed with HS256"));
    }
    if header.crit.is_some() {
        return Err(bad("its header asks for extensions (crit), and none is known here"));
    }
    let mut validation = Validation::new(Algorithm::HS256);
    // The library has a clock of its own; times are judged by ours.
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    validation.required_spec_claims.clear();
    for secret in secrets {
        match decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation) {
            Ok(token) => return Ok(token.claims),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => {}
            Err(_) => return Err(bad("its claims cannot be read")),
        }
    }
    Err(bad("its signature does not hold"))
}

/// The subject, and what the token allows.
fn judge(claims: Claims, now: Wall) -> Result<(String, Scopes), Refusal> {
    let subject = claims.sub.filter(|sub| is_subject(sub)).ok_or_else(|| bad("it has no subject (sub) of 1 to 100 characters"))?;
    let end = claims.exp.map(wall).ok_or_else(|| bad("it does not say when it expires (exp)"))?;
    if end + LEEWAY <= now {
        return Err(bad("it has expired"));
    }
    if end > now + LONGEST {
        return Err(bad("it holds for more than ten years"));
    }
    if claims.nbf.map(wall).is_some_and(|begin| begin > now + LEEWAY) {
        return Err(bad("it does not hold yet (nbf)"));
    }
    let scopes = claims.scope.map_or_else(|| USUAL.to_vec(), |text| text.split(' ').filter_map(Scope::parse).collect());
    Ok((subject, Scopes::of(&scopes)))
}

/// Floats out of range end at the ends of time.
fn wall(seconds: f64) -> Wall {
    Wall((seconds * 1000.0) as i64)
}

fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn bad(why: &str) -> Refusal {
    let fault = format!("this token does not hold: {why}");
    let remedy = "make another with `jebi token create`, or sign it with HS256, JWT_SECRET and the claims sub and exp";
    Refusal::new(RefusalKind::Unauthenticated, Fault::new("Authorization", "invalid_token", fault, remedy))
}

/// Makes a token.
///
/// # Errors
/// A bad subject, an unknown scope, an end that is past or too far.
pub fn make(secret: &str, subject: &str, scopes: &[String], expires_at: Wall, now: Wall) -> Result<String, Refusal> {
    let faulty = |field: &str, code, fault: String, remedy| Err(Refusal::invalid(Fault::new(field, code, fault, remedy)));
    if !is_subject(subject) {
        let what = format!("the subject must be 1 to {MAX_SUBJECT} characters without control characters");
        return faulty("sub", "invalid_subject", what, "name the program or person that will use the token");
    }
    if let Some(unknown) = scopes.iter().find(|scope| Scope::parse(scope).is_none()) {
        return faulty("scope", "unknown_scope", format!("{unknown:?} is no scope"), "give one or more of send, read, admin");
    }
    if expires_at <= now || expires_at > now + LONGEST {
        let what = "a token must end within ten years".to_owned();
        return faulty("expires", "out_of_range", what, "give a shorter time, such as 30d; what is to last longer is an API key");
    }
    let scope = (!scopes.is_empty()).then(|| scopes.join(" "));
    let claims = Claims { sub: Some(subject.to_owned()), exp: Some(expires_at.seconds() as f64), nbf: None, scope };
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret.as_bytes()))
        .map_err(|error| Refusal::busy(0, "unsigned", format!("the token could not be signed: {error}")))
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
