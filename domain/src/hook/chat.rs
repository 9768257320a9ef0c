//! Messages as chats want them. What a mail or a receiver said stands in them as text: it never becomes a mention or a link.

use serde_json::{Value, json};

use super::words::Words;

/// Longest text of a section (Slack, "Section block").
const SLACK_SECTION: usize = 3_000;
/// Longest message (Discord, "Execute Webhook").
const DISCORD_CONTENT: usize = 2_000;

/// The body of a Slack incoming webhook (Slack, "Sending messages using incoming webhooks").
#[must_use]
pub fn slack(words: &Words) -> Value {
    let lines: Vec<String> = words.lines.iter().map(|(name, value)| format!("*{}*: {}", for_slack(name), for_slack(value))).collect();
    let headline = for_slack(&words.headline);
    let mut blocks = vec![json!({"type": "section", "text": {"type": "mrkdwn", "text": format!("*{headline}*")}})];
    if !lines.is_empty() {
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": bounded(&lines.join("\n"), SLACK_SECTION)}}));
    }
    json!({"text": headline, "blocks": blocks})
}

/// The three characters Slack reads as more than text (Slack, "Escaping text"); without the marks of its own formatting.
fn for_slack(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '*' | '`' | '~' => {
                // An invisible joiner keeps it from opening anything.
                out.push('\u{2060}');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// The body of a Discord webhook (Discord, "Execute Webhook"); nobody is mentioned by it.
#[must_use]
pub fn discord(words: &Words) -> Value {
    let mut content = format!("**{}**", for_discord(&words.headline));
    for (name, value) in &words.lines {
        content.push_str(&format!("\n{}: {}", for_discord(name), for_discord(value)));
    }
    json!({"content": bounded(&content, DISCORD_CONTENT), "allowed_mentions": {"parse": []}})
}

/// Characters that Discord's Markdown reads are escaped by a backslash.
fn for_discord(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '[' | ']' | '(' | ')' | '#' | '@' | ':') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most - 1) {
        Some((end, _)) if text.chars().count() > most => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(value: &str) -> Words {
        Words { headline: "[Jebi] 메일이 반송되었습니다".into(), lines: vec![("내용".into(), value.into())] }
    }

    #[test]
    fn slack_reads_text_as_text() {
        let body = slack(&words("<!channel> <https://evil.example|click> & *b*"));
        assert_eq!(body["text"], "[Jebi] 메일이 반송되었습니다");
        let text = body["blocks"][1]["text"]["text"].as_str().expect("a text");
        assert_eq!(text, "*내용*: &lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; \u{2060}*b\u{2060}*");
    }

    #[test]
    fn discord_mentions_nobody() {
        let body = discord(&words("@everyone [x](https://evil.example)"));
        assert_eq!(body["allowed_mentions"], json!({"parse": []}));
        assert!(body["content"].as_str().expect("a text").ends_with(r"\@everyone \[x\]\(https\://evil.example\)"));
    }

    #[test]
    fn both_stay_within_their_bounds() {
        let long = words(&"가*".repeat(5_000));
        assert_eq!(slack(&long)["blocks"][1]["text"]["text"].as_str().map(|text| text.chars().count()), Some(SLACK_SECTION));
        assert_eq!(discord(&long)["content"].as_str().map(|text| text.chars().count()), Some(DISCORD_CONTENT));
        let exact = "a".repeat(10);
        assert_eq!(bounded(&exact, 10), exact);
    }
}
