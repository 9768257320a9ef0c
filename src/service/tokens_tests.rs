use serde_json::{Value, json};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OLD: &str = "fedcba9876543210fedcba9876543210";
const NOW: Wall = Wall(1_700_000_000_000);

fn signed(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).expect("signed")
}

fn seen(claims: &Value) -> Result<(String, Scopes), String> {
    let told = |refusal: Refusal| refusal.faults[0].fault.clone();
    let secrets = [SECRET, OLD].map(str::as_bytes);
    verify(&signed(claims, Algorithm::HS256, SECRET), secrets.into_iter()).and_then(|c| judge(c, NOW)).map_err(told)
}

fn in_seconds(seconds: i64) -> i64 {
    NOW.seconds() + seconds
}

#[test]
fn a_token_holds_until_its_end_and_a_minute() {
    let ends = |seconds: i64| seen(&json!({"sub": "kim", "exp": in_seconds(seconds)}));
    assert_eq!(ends(1), Ok(("kim".to_owned(), Scopes::of(&USUAL))));
    assert!(ends(-59).is_ok());
    assert!(ends(-60).is_err_and(|why| why.contains("expired")));
    assert!(ends(11 * 366 * 86_400).is_err_and(|why| why.contains("ten years")));
    assert!(seen(&json!({"sub": "kim", "exp": 1e300})).is_err_and(|why| why.contains("ten years")));
    assert!(seen(&json!({"sub": "kim", "exp": NOW.seconds() as f64 + 0.5})).is_ok());
}

#[test]
fn it_may_begin_later_within_a_minute() {
    let begins = |seconds: i64| seen(&json!({"sub": "kim", "exp": in_seconds(900), "nbf": in_seconds(seconds)}));
    assert!(begins(60).is_ok());
    assert!(begins(61).is_err_and(|why| why.contains("nbf")));
}

#[test]
fn subject_and_end_are_needed() {
    assert!(seen(&json!({"exp": in_seconds(9)})).is_err_and(|why| why.contains("sub")));
    assert!(seen(&json!({"sub": "", "exp": in_seconds(9)})).is_err_and(|why| why.contains("sub")));
    assert!(seen(&json!({"sub": "a\nb", "exp": in_seconds(9)})).is_err_and(|why| why.contains("sub")));
    assert!(seen(&json!({"sub": "kim"})).is_err_and(|why| why.contains("exp")));
    assert!(seen(&json!({"sub": 7, "exp": in_seconds(9)})).is_err_and(|why| why.contains("claims")));
}

#[test]
fn scopes_are_words_and_others_scopes_are_not_ours() {
    let scopes = |scope: &str| seen(&json!({"sub": "kim", "exp": in_seconds(9), "scope": scope})).map(|(_, scopes)| scopes);
    assert_eq!(scopes("send"), Ok(Scopes::of(&[Scope::Send])));
    assert_eq!(scopes("openid read  send"), Ok(Scopes::of(&USUAL)));
    assert_eq!(scopes("admin"), Ok(Scopes::ALL));
    assert_eq!(scopes("openid"), Ok(Scopes::of(&[])));
}

#[test]
fn only_hs256_with_one_of_the_secrets() {
    let claims = json!({"sub": "kim", "exp": in_seconds(9)});
    let check = |token: &str| verify(token, [SECRET, OLD].map(str::as_bytes).into_iter()).map(drop).map_err(|r| r.faults[0].fault.clone());
    assert_eq!(check(&signed(&claims, Algorithm::HS256, OLD)), Ok(()));
    assert!(check(&signed(&claims, Algorithm::HS512, SECRET)).is_err_and(|why| why.contains("HS256")));
    let other = "another-secret-another-secret-00";
    assert!(check(&signed(&claims, Algorithm::HS256, other)).is_err_and(|why| why.contains("signature")));
    // {"alg":"none","typ":"JWT"} with the same claims and no signature.
    let unsigned = signed(&claims, Algorithm::HS256, SECRET);
    let body = unsigned.split('.').nth(1).expect("claims");
    assert!(check(&format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.")).is_err());
    // What a signer says must be understood has to be refused by who does not (RFC 7515, section 4.1.11).
    let header = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::HS256) };
    let critical = encode(&header, &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signed");
    assert!(check(&critical).is_err_and(|why| why.contains("crit")));
    let good = signed(&claims, Algorithm::HS256, SECRET);
    assert!(check(&good.replacen(body, &body[..body.len() - 2], 1)).is_err());
}

#[test]
fn what_is_made_holds() {
    let made = make(SECRET, "홍길동", &["send".to_owned()], NOW + Duration::from_secs(60), NOW).expect("made");
    assert!(looks_like_a_token(&made) && !looks_like_a_token("jebi_abc") && !looks_like_a_token(&format!("eyJ{}..", "a".repeat(MAX))));
    let claims = verify(&made, std::iter::once(SECRET.as_bytes())).expect("signed");
    assert_eq!(judge(claims, NOW), Ok(("홍길동".to_owned(), Scopes::of(&[Scope::Send]))));
    let refused = |subject: &str, scope: &str, end| {
        make(SECRET, subject, &[scope.to_owned()], end, NOW).expect_err("refused").faults[0].field.clone()
    };
    assert_eq!(refused("", "send", NOW + Duration::from_secs(1)), "sub");
    assert_eq!(refused("kim", "write", NOW + Duration::from_secs(1)), "scope");
    assert_eq!(refused("kim", "send", NOW), "expires");
    assert_eq!(refused("kim", "send", NOW + LONGEST + Duration::from_secs(1)), "expires");
}
