//! Fields for machines, as header lines in groups with an empty line between (RFC 3464 section 2.1).

/// One group: names in lower case, values unfolded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Group(Vec<(String, String)>);

impl Group {
    /// The first field of a name; `None` where it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A field of the form `type; value` (RFC 3464 section 2.1.2), without its type.
    pub fn typed(&self, name: &str) -> Option<&str> {
        let value = self.get(name)?;
        let value = value.split_once(';').map_or(value, |(_, rest)| rest).trim();
        (!value.is_empty()).then_some(value)
    }

    /// An address, without its type and brackets.
    pub fn address(&self, name: &str) -> Option<String> {
        let value = self.typed(name)?;
        let value = value.rsplit_once('<').map_or(value, |(_, rest)| rest.trim_end_matches('>')).trim();
        let value: String = value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(256).collect();
        (!value.is_empty()).then_some(value)
    }
}

/// Reads the groups of a text. Lines that are no fields are passed over.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let mut all = vec![Group::default()];
    for line in text.lines() {
        let Some(group) = all.last_mut() else { break };
        if line.trim().is_empty() {
            if !group.0.is_empty() {
                all.push(Group::default());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.0.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.0.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    all.retain(|group| !group.0.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_unfolded() {
        let text = "Reporting-MTA: dns; mail.example.kr\r\n\r\n\r\nFinal-Recipient: rfc822;<kim@naver.example>\r\nDiagnostic-Code: smtp; 550\r\n  5.1.1 gone\r\n\r\n";
        let all = groups(text);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].typed("reporting-mta"), Some("mail.example.kr"));
        assert_eq!(all[1].address("final-recipient").as_deref(), Some("kim@naver.example"));
        assert_eq!(all[1].get("diagnostic-code"), Some("smtp; 550 5.1.1 gone"));
        assert_eq!(all[1].get("status"), None);
    }

    #[test]
    fn what_is_no_field_is_passed_over() {
        assert_eq!(groups(" folded into nothing\nno colon\n\n"), vec![]);
        assert_eq!(groups("A:\nB: ;\n")[0].typed("b"), None);
    }
}
