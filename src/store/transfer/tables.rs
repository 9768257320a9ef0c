//! Which tables are copied. A test holds the lists to the schemas of both engines.

/// In this order. Columns and their order are read from the databases themselves, which must agree.
pub const TABLES: &[&str] = &[
    "installation",
    "provider",
    "api_key",
    "key_usage",
    "topic",
    "topic_hour",
    "topic_purged",
    "totals",
    "topic_queue",
    "content",
    "upload",
    "file_piece",
    "file",
    "message",
    "message_file",
    "message_hour",
    "retention_later",
    "delivery",
    "joint_recipient",
    "attempt",
    "joint_attempt",
    "event",
    "event_unmatched",
    "entry",
    "decision",
    "resent",
    "idempotency",
    "suppression",
    "suppression_removed",
    "suppression_tell",
    "suppression_account",
    "soft_bounce",
    "address_index",
    "provider_ref_due",
    "provider_ref",
    "marker",
    "sent_minute",
    "sent_slot",
    "template",
    "template_version",
    "template_part",
    "inbox",
    "audit",
    "sender_profile",
    "link_key",
    "refusal",
    "erased",
    "consent",
    "consent_event",
    "reputation_slot",
    "reputation_day",
    "reputation_mark",
    "reputation_topic",
    "alert",
    "endpoint",
    "hook_event",
    "hook_call",
    "hook_try",
    "event_source",
    "topic_link",
    "link_copy",
    "topic_tracking",
];

/// The others, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("incarnation", "no process that used the source uses the target; its numbers go on after the source's"),
    ("lease", "reclaimed before: there are none"),
    ("lease_returned", "belongs to leases"),
    ("migration", "the target has its own"),
    ("pace", "the rate the nodes of the target share begins with their first reservation"),
    ("pace_day", "the limit of a day is read from what was sent, which is copied"),
    ("topic_paused", "filled from the copied topics at the end, as their triggers are off meanwhile"),
    ("visit_batch", "no process that used the source offers a batch again to the target"),
    ("upkeep", "the nodes of the target settle who does the housekeeping"),
];

/// Columns only PostgreSQL has, and where their values come from.
pub const MADE_ANEW: &[(&str, &str, &str)] = &[
    ("installation", "system_id", "read from the target itself when the transfer ends"),
    ("installation", "database_oid", "read from the target itself when the transfer ends"),
    ("installation", "timeline", "read from the target itself when the transfer ends"),
    ("installation", "table_oid", "read from the target itself when the transfer ends"),
];

/// Tables whose rows are laid over those the schema begins with, instead of taking their place: PostgreSQL has more of them.
pub(super) fn is_merged(table: &str) -> bool {
    table == "marker"
}

/// Whether a column of the target has no counterpart.
pub(super) fn is_made_anew(table: &str, column: &str) -> bool {
    MADE_ANEW.iter().any(|(t, c, _)| *t == table && *c == column)
}
