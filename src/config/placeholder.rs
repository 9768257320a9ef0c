//! Tells a value from the documentation's stand-in for one (`your_access_key`, `your-secret-key-here`).

/// What an address may say after `your_`: more is taken for a real name (`your-order@shop.kr`).
const STAND_INS: &[&str] = &["email", "mail", "address", "id", "name", "user", "username", "account", "verified_email", "gmail"];

/// Whether the value was never filled in.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_start_matches('<').to_ascii_lowercase();
    let Some(rest) = value.strip_prefix("your_").or_else(|| value.strip_prefix("your-")) else {
        return false;
    };
    match rest.split_once('@') {
        Some((local, _)) => STAND_INS.contains(&local.replace('-', "_").as_str()),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn stand_ins_are_told_from_values() {
        for yes in ["your_access_key", "your-secret-key-here", "YOUR_KEY", "<your-key>", "your_email@gmail.com", "your-verified-email@x.kr"]
        {
            assert!(is_placeholder(yes), "{yes}");
        }
        for no in ["yours", "wJalrXUtnFEMI", "your-order@shop.kr", "noreply@yourdomain.com", "AKIA1234567890EXAMPLE", ""] {
            assert!(!is_placeholder(no), "{no}");
        }
    }
}
