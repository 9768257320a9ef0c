//! The account's suppression list: `ListSuppressedDestinations`, `PutSuppressedDestination`, `DeleteSuppressedDestination` (SES API v2).

use aws_sdk_sesv2::{
    Client,
    error::ProvideErrorMetadata,
    primitives::DateTime,
    types::{SuppressedDestinationSummary, SuppressionListReason},
};
use jebi_domain::{
    outcome::Reason,
    port::{
        Boxed,
        account_list::{AccountEntry, AccountList, AccountPage, NOT_TAKEN},
    },
    suppression::SuppressionCause,
    time::Wall,
};

use super::control::{names, refused};

/// Most entries in an answer (`PageSize`).
const PAGE: i32 = 1_000;
const LIST: &str = "ses:ListSuppressedDestinations";
const PUT: &str = "ses:PutSuppressedDestination";
const DELETE: &str = "ses:DeleteSuppressedDestination";
const BAD_REQUEST: &str = "BadRequestException";
const UNTIL_THEN: &str = "the two lists are not brought together";

/// The list of one account.
pub(super) struct SesAccountList {
    pub client: Client,
}

impl AccountList for SesAccountList {
    fn page(&self, since: Option<Wall>, next: Option<String>) -> Boxed<'_, Result<AccountPage, Reason>> {
        Box::pin(async move {
            let since = since.map(|at| DateTime::from_millis(at.0));
            let asked = self.client.list_suppressed_destinations().set_start_date(since).set_next_token(next).page_size(PAGE);
            let answer = asked.send().await.map_err(|e| refused(&e, LIST, UNTIL_THEN))?;
            let next = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            let entries = answer.suppressed_destination_summaries().iter().map(entry).collect::<Result<_, _>>()?;
            Ok(AccountPage { entries, next })
        })
    }

    fn put(&self, email: &str, cause: SuppressionCause) -> Boxed<'_, Result<(), Reason>> {
        let reason = match cause {
            SuppressionCause::Complaint => SuppressionListReason::Complaint,
            _ => SuppressionListReason::Bounce,
        };
        let put = self.client.put_suppressed_destination().email_address(email).reason(reason);
        Box::pin(async move { put.send().await.map(drop).map_err(|e| not_done(refused(&e, PUT, UNTIL_THEN))) })
    }

    fn delete(&self, email: &str) -> Boxed<'_, Result<(), Reason>> {
        let email = email.to_owned();
        Box::pin(async move {
            match self.client.delete_suppressed_destination().email_address(&email).send().await {
                Ok(_) => Ok(()),
                Err(e) if e.code() == Some("NotFoundException") && names(e.message().unwrap_or_default(), &email) => Ok(()),
                Err(e) => Err(not_done(refused(&e, DELETE, UNTIL_THEN))),
            }
        })
    }
}

/// Why a call about one address was not done. A bad request is one for this address, or for an account that may not do it at all.
fn not_done(reason: Reason) -> Reason {
    if reason.code == BAD_REQUEST { Reason { code: NOT_TAKEN.to_owned(), ..reason } } else { reason }
}

/// An entry as SES tells it. What it has no word for yet is a bounce: SES gives mail to it back in any case.
fn entry(told: &SuppressedDestinationSummary) -> Result<AccountEntry, Reason> {
    let cause = if *told.reason() == SuppressionListReason::Complaint { SuppressionCause::Complaint } else { SuppressionCause::Bounce };
    let at = told
        .last_update_time()
        .to_millis()
        .map_err(|e| Reason::new("LastUpdateTime", format!("an entry of the list has a time that cannot be read: {e}"), "report it"))?;
    Ok(AccountEntry { email: told.email_address().to_owned(), cause, at: Wall(at) })
}
