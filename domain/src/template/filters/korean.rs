//! What Korean texts need.

use minijinja::{Error, Value};

use super::{Call, number, refuse};

/// An amount of money: `1234567` is `1,234,567원`.
pub(super) fn won(call: &Call<'_>) -> Result<Value, Error> {
    let amount = match number::read(call.value) {
        Some(number::Number::Whole(n)) => n.to_string(),
        Some(number::Number::Real(n)) => format!("{:.0}", n.round()),
        None => return Err(refuse("this is no amount")),
    };
    Ok(Value::from(format!("{}원", number::commas(&amount))))
}

/// Particles: behind a final consonant, and behind a vowel.
const PAIRS: [(&str, &str); 9] = [
    ("이", "가"),
    ("을", "를"),
    ("은", "는"),
    ("과", "와"),
    ("으로", "로"),
    ("아", "야"),
    ("이랑", "랑"),
    ("이나", "나"),
    ("이에요", "예요"),
];

/// How a word ends when it is spoken.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Vowel,
    /// ㄹ, behind which `로` stands as behind a vowel.
    Rieul,
    Consonant,
}

/// The value with the particle that fits its last sound: `name|josa("이/가")`. Both are written where that cannot be told.
pub(super) fn josa(call: &Call<'_>) -> Result<Value, Error> {
    let pair = call.arg_text(0).unwrap_or_default();
    let (a, b) = pair.split_once('/').map(|(a, b)| (a.trim(), b.trim())).unwrap_or_default();
    if a.is_empty() || b.is_empty() {
        return Err(refuse("the argument names both particles, such as \"이/가\""));
    }
    let known = PAIRS.iter().find(|pair| **pair == (a, b) || **pair == (b, a));
    let (closed, open) = known.copied().unwrap_or((a, b));
    let text = call.text();
    let particle = match ending(&text) {
        Some(Ending::Vowel) => open.to_owned(),
        Some(Ending::Rieul) if open == "로" => open.to_owned(),
        Some(_) => closed.to_owned(),
        None => format!("{closed}({open})"),
    };
    Ok(Value::from(format!("{text}{particle}")))
}

fn ending(text: &str) -> Option<Ending> {
    let mut letters = text.chars().rev().filter(|c| c.is_alphanumeric());
    let last = letters.next()?;
    Some(match last {
        // Syllables lie in order of their final consonant, 28 for each beginning; the ninth is ㄹ.
        '가'..='힣' => match (u32::from(last) - u32::from('가')) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        // 일, 칠, 팔; 영, 삼, 육.
        '1' | '7' | '8' => Ending::Rieul,
        '0' | '3' | '6' => Ending::Consonant,
        '2' | '4' | '5' | '9' => Ending::Vowel,
        'l' | 'L' => Ending::Rieul,
        'm' | 'M' | 'n' | 'N' => Ending::Consonant,
        'g' | 'G' if letters.next().is_some_and(|c| c.eq_ignore_ascii_case(&'n')) => Ending::Consonant,
        'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'A' | 'E' | 'I' | 'O' | 'U' | 'Y' => Ending::Vowel,
        _ => return None,
    })
}
