//! `jebi retention`: how long data is kept, and what would go now.

use http::Method;

use super::{Client, Failure, note, print};

pub(super) async fn run(client: &Client) -> Result<(), Failure> {
    let mut kinds: Vec<(String, Option<u64>, u64, u64)> = Vec::new();
    let mut path = "/v1/admin/retention".to_owned();
    loop {
        let slice = client.call(Method::GET, &path, None).await?;
        let data = slice["data"].as_str().ok_or_else(|| Failure::strange("data"))?;
        let count = |name: &'static str| slice[name].as_u64().ok_or_else(|| Failure::strange(name));
        let (due, kept) = (count("due")?, count("kept")?);
        match kinds.last_mut() {
            Some((kind, _, all_due, all_kept)) if kind == data => (*all_due, *all_kept) = (*all_due + due, *all_kept + kept),
            _ => kinds.push((data.to_owned(), slice["days"].as_u64(), due, kept)),
        }
        match slice["next_cursor"].as_str() {
            Some(next) => path = format!("/v1/admin/retention?cursor={next}"),
            None => break,
        }
    }
    print(&format!("{:<20} {:>9} {:>12} {:>12}", "DATA", "DAYS KEPT", "OLD ENOUGH", "STILL OPEN"));
    for (data, days, due, kept) in kinds {
        let days = days.map_or_else(|| "always".to_owned(), |days| days.to_string());
        print(&format!("{data:<20} {days:>9} {due:>12} {kept:>12}"));
    }
    note("nothing was deleted: the server does that by itself, in slices");
    Ok(())
}
