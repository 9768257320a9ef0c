//! The steps' statements on a writer's connection. What nobody waits for is sent on without waiting (pipelining), and rows that are only
//! added are gathered and sent together; the next answer that is needed brings all that came before it.

mod others;
mod wire;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jebi_domain::{
    port::{
        Clock,
        store::{Guard, Notice},
    },
    time::Boot,
};
use tokio::{runtime::Runtime, sync::watch};
use tokio_postgres::Row as PgRow;
use wire::{Ahead, Of};

use super::{
    Connector, Fault, Kind, OpenError, check, guard,
    link::{Link, Param, Pending},
    own,
    values::Owned,
    wake::Wake,
};
use crate::store::steps::{self, Common, Error, Memory, Moved, Query, Reads, Row, Session, Statements, Unheld, Value, Visit, q};

/// Rows of one kind gathered at most before they are sent.
const GATHERED: usize = 2_000;
/// Numbers for messages drawn at once at most.
const NUMBERS: usize = 256;
/// The first and the longest pause after a connection that could not be made.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// Rows to be added by one statement, column by column.
struct Gathered {
    query: &'static Query,
    table: &'static str,
    columns: Vec<Vec<Owned>>,
}

/// Up to where message numbers are complete: known as soon as all transactions older than `after` have ended.
#[derive(Clone, Copy)]
struct Mark {
    drawn: i64,
    /// The transaction in which that was read.
    read_in: i64,
    /// One that began later; `None` before there was one.
    after: Option<i64>,
}

/// Leases whose commit nobody knows the end of, each with its transaction. Both writers of a node share it: that of the beats is never
/// idle for long.
pub(super) type InDoubt = Arc<Mutex<Vec<(i64, i64)>>>;

/// A writer's connection, on the writer's thread.
pub(super) struct WriterSession {
    runtime: Runtime,
    connector: Arc<Connector>,
    clock: Arc<dyn Clock>,
    common: Arc<Common>,
    guard: Arc<watch::Sender<Guard>>,
    /// Whom other nodes are told by; `None` for a writer whose work wakes nobody.
    wake: Option<Arc<Wake>>,
    link: RefCell<Option<Link>>,
    /// Sent, and not looked at yet.
    pending: RefCell<VecDeque<Pending<u64>>>,
    gathered: RefCell<Vec<Gathered>>,
    numbers: RefCell<VecDeque<i64>>,
    drawn: Cell<usize>,
    ahead: RefCell<Vec<Ahead>>,
    /// What the transaction before asked, and this one will: whether which incarnation still is, and how many numbers it drew.
    alive: Cell<Option<i64>>,
    numbered: Cell<usize>,
    mark: Cell<Option<Mark>>,
    complete: Cell<i64>,
    /// How often the suppression list had grown when it was last looked at.
    grown: Cell<Option<i64>>,
    /// How often what endpoints want had changed then.
    endpoints: Cell<Option<i64>>,
    /// The same of those who refuse bulk mail.
    refused: Cell<Option<i64>>,
    /// And of people whose data was erased.
    erased: Cell<Option<i64>>,
    /// This transaction, and the leases written in it.
    xid: Cell<i64>,
    leased: RefCell<Vec<i64>>,
    /// Queues this transaction has locked.
    locked: RefCell<BTreeSet<i64>>,
    in_doubt: InDoubt,
    /// Transactions of those that were found to have ended, in this one.
    decided: RefCell<Vec<i64>>,
    /// The connection is a new one: another server may be at its end, and lack what was remembered.
    is_new: Cell<bool>,
    /// The server's, when the connection was opened; `None` where it does not tell.
    timeline: Cell<Option<i64>>,
    /// No connection is tried before, and the pause then.
    down: Cell<Option<(Boot, Duration)>>,
}

/// What a writer's session is made of.
pub(super) struct Parts {
    pub connector: Arc<Connector>,
    pub clock: Arc<dyn Clock>,
    pub common: Arc<Common>,
    pub guard: Arc<watch::Sender<Guard>>,
    pub wake: Option<Arc<Wake>>,
    pub in_doubt: InDoubt,
}

impl WriterSession {
    pub fn new(parts: Parts, runtime: Runtime) -> Self {
        let Parts { connector, clock, common, guard, wake, in_doubt } = parts;
        Self {
            runtime,
            connector,
            clock,
            common,
            guard,
            wake,
            link: RefCell::default(),
            pending: RefCell::default(),
            gathered: RefCell::default(),
            numbers: RefCell::default(),
            drawn: Cell::new(0),
            ahead: RefCell::default(),
            alive: Cell::new(None),
            numbered: Cell::new(0),
            mark: Cell::new(None),
            complete: Cell::new(0),
            grown: Cell::new(None),
            endpoints: Cell::new(None),
            refused: Cell::new(None),
            erased: Cell::new(None),
            xid: Cell::new(0),
            leased: RefCell::default(),
            locked: RefCell::default(),
            in_doubt,
            decided: RefCell::default(),
            is_new: Cell::new(true),
            timeline: Cell::new(None),
            down: Cell::new(None),
        }
    }

    fn link(&self) -> Result<Link, Error> {
        self.link.borrow().clone().ok_or_else(|| away("it cannot be reached"))
    }

    /// What an error on the connection means; a connection that is lost is dropped.
    fn failed(&self, e: &tokio_postgres::Error) -> Error {
        let fault = self.connector.fault(e);
        if fault.kind == Kind::Lost {
            self.lose();
        }
        fault.into()
    }

    fn doubts(&self) -> MutexGuard<'_, Vec<(i64, i64)>> {
        self.in_doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self) {
        self.link.borrow_mut().take();
        self.numbers.borrow_mut().clear();
    }

    fn rows(&self, text: &'static str, params: Vec<Param>) -> Result<Vec<PgRow>, Error> {
        let link = self.link()?;
        if !link.knows(text) {
            self.wait(|| link.prepare(text))?;
        }
        self.wait(|| link.query(text, params))
    }

    /// Sends gathered rows that a statement may read or that must be there before it.
    fn bring(&self, text: &str) -> Result<(), Error> {
        let due: Vec<Gathered> = {
            let mut all = self.gathered.borrow_mut();
            let (due, rest) = std::mem::take(&mut *all).into_iter().partition(|one: &Gathered| text.contains(one.table));
            *all = rest;
            due
        };
        due.into_iter().try_for_each(|one| self.add(one))
    }

    fn add(&self, one: Gathered) -> Result<(), Error> {
        let columns = one.columns.into_iter().map(|column| Box::new(column) as Param).collect();
        self.send(one.query.postgres, columns)
    }

    fn open(&self) -> Result<(), Error> {
        let lost = self.link.borrow().as_ref().is_some_and(|link| link.client.is_closed());
        if lost {
            self.lose();
        }
        if self.link.borrow().is_some() {
            return Ok(());
        }
        let now = self.clock.boot();
        if self.down.get().is_some_and(|(until, _)| now < until) {
            return Err(away("it cannot be reached"));
        }
        match self.runtime.block_on(self.opened()) {
            Ok(link) => {
                self.down.set(None);
                self.mark.set(None);
                self.is_new.set(true);
                *self.link.borrow_mut() = Some(link);
                Ok(())
            }
            Err(error) => {
                let pause = self.down.get().map_or(FIRST, |(_, pause)| (pause * 2).min(LONGEST));
                self.down.set(Some((self.clock.boot() + pause, pause)));
                Err(error)
            }
        }
    }

    /// A new connection. After a failover it leads to another server: the restore guard looks at it before anything is taken from it.
    async fn opened(&self) -> Result<Link, Error> {
        let connected = self.connector.open().await?;
        // What it says is read in the turn, with what other nodes have found.
        guard::compare(&connected.client, connected.identity, false, self.clock.wall()).await.map_err(|e| match e {
            OpenError::Statement(e) => self.connector.fault(&e).into(),
            other => Error::damaged("installation", other),
        })?;
        self.timeline.set(connected.identity.timeline);
        let pooled = self.connector.session().pooled;
        let link = Link::new(connected.client, pooled);
        if !pooled {
            let set = link.query(own::SESSION, Vec::new());
            set.await.map_err(|e| self.connector.fault(&e))?;
        }
        Ok(link)
    }
}

impl WriterSession {
    /// Behind a pooler a connection stays when another server takes over: then it is opened anew, and looked at as every new one is.
    fn same_server(&self) -> Result<(), Error> {
        let Some(was) = self.timeline.get().filter(|_| self.connector.session().pooled) else { return Ok(()) };
        let told = self.rows(check::TIMELINE, Vec::new())?;
        let now: i64 = Row(told.first().ok_or_else(|| Error::damaged("timeline", "it is not told"))?).get(0)?;
        if now == was {
            return Ok(());
        }
        self.lose();
        Err(away("another server has taken over"))
    }
}

/// An error that passes by itself.
fn away(why: &'static str) -> Error {
    Error::Engine { kind: steps::Kind::Away { retry_after_s: 5, why }, text: format!("PostgreSQL: {why}") }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        use jebi_domain::port::store::StoreError::{Busy, Full, Unavailable};
        let kind = match (fault.kind, fault.outward()) {
            (Kind::Retry, _) => steps::Kind::Crossed,
            (_, Unavailable { retry_after_s, why }) => steps::Kind::Away { retry_after_s, why },
            (_, Busy { retry_after_s, why }) => steps::Kind::Busy { retry_after_s, why },
            (_, Full) => steps::Kind::Full,
            _ => steps::Kind::Other,
        };
        Self::Engine { kind, text: fault.to_string() }
    }
}

fn params(values: &[Value<'_>]) -> Vec<Param> {
    values.iter().map(|one| Box::new(Owned::from(one)) as Param).collect()
}

/// Many rows as columns.
fn columns(rows: &[&[Value<'_>]]) -> Vec<Param> {
    let width = rows.first().map_or(0, |row| row.len());
    (0..width).map(|i| Box::new(rows.iter().map(|row| Owned::from(&row[i])).collect::<Vec<_>>()) as Param).collect()
}

impl Statements for WriterSession {
    fn execute(&self, query: &'static Query, values: &[Value<'_>]) -> Result<u64, Error> {
        self.bring(query.postgres)?;
        let link = self.link()?;
        if !link.knows(query.postgres) {
            self.wait(|| link.prepare(query.postgres))?;
        }
        self.wait(|| link.execute(query.postgres, params(values)))
    }

    fn run(&self, query: &'static Query, values: &[Value<'_>]) -> Result<(), Error> {
        self.bring(query.postgres)?;
        self.send(query.postgres, params(values))
    }

    fn append(&self, query: &'static Query, row: &[Value<'_>]) -> Result<(), Error> {
        if query.name == "lease_insert"
            && let Some(Value::Int(no)) = row.first()
        {
            self.leased.borrow_mut().push(*no);
        }
        let full = {
            let mut all = self.gathered.borrow_mut();
            let place = all.iter().position(|one| std::ptr::eq(one.query, query) || one.query.name == query.name);
            let at = place.unwrap_or_else(|| {
                all.push(Gathered { query, table: table(query.postgres), columns: row.iter().map(|_| Vec::new()).collect() });
                all.len() - 1
            });
            all[at].columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value.into()));
            (all[at].columns.first().map_or(0, Vec::len) >= GATHERED).then(|| all.swap_remove(at))
        };
        full.map_or(Ok(()), |one| self.add(one))
    }

    fn each(&self, query: &'static Query, rows: &[&[Value<'_>]]) -> Result<Vec<bool>, Error> {
        self.bring(query.postgres)?;
        let mut found = vec![false; rows.len()];
        for row in self.rows(query.postgres, columns(rows))? {
            let n: i64 = Row(&row).get(0)?;
            let place = usize::try_from(n - 1).ok().and_then(|i| found.get_mut(i));
            *place.ok_or_else(|| Error::damaged("answer", format!("{} gave row {n}", query.name)))? = true;
        }
        Ok(found)
    }
}

impl Reads for WriterSession {
    fn visit(&self, query: &'static Query, values: &[Value<'_>], each: Visit<'_>) -> Result<(), Error> {
        self.bring(query.postgres)?;
        if query.name == "incarnation_alive"
            && let Some(Value::Int(no)) = values.first()
        {
            self.alive.set(Some(*no));
        }
        for row in self.found(query.postgres, values)? {
            if !each(&Row(&row))? {
                break;
            }
        }
        Ok(())
    }
}

/// The table a statement adds to or takes from.
fn table(text: &'static str) -> &'static str {
    let body = text.lines().find(|line| !line.starts_with("--")).unwrap_or_default();
    body.split_whitespace().nth(2).unwrap_or_default()
}

impl Session for WriterSession {
    fn begin(&self) -> Result<(), Error> {
        self.open()?;
        self.gathered.borrow_mut().clear();
        self.pending.borrow_mut().clear();
        self.leased.borrow_mut().clear();
        self.locked.borrow_mut().clear();
        self.decided.borrow_mut().clear();
        self.numbers.borrow_mut().clear();
        self.ahead.borrow_mut().clear();
        let numbered = self.drawn.replace(0).min(NUMBERS);
        self.numbered.set(numbered);
        let begin = self.link()?.simple(self.connector.session().begin());
        self.post(begin);
        if let Some(no) = self.alive.take() {
            self.foresee(Of::Turn, q!("incarnation_alive").postgres, vec![Owned::Int(no)])?;
        }
        if numbered > 0 {
            self.foresee(Of::Turn, own::MESSAGE_NUMBERS, vec![Owned::Int(numbered as i64)])?;
        }
        Ok(())
    }

    fn ahead(&self, query: &'static Query, values: &[Value<'_>]) -> Result<(), Error> {
        self.bring(query.postgres)?;
        self.foresee(Of::Job, query.postgres, values.iter().map(Owned::from).collect())
    }

    fn refresh(&self, memory: &mut Memory) -> Result<(), Error> {
        others::take_in(self, memory)
    }

    fn commit(&self) -> Result<(), Error> {
        let gathered = std::mem::take(&mut *self.gathered.borrow_mut());
        gathered.into_iter().try_for_each(|one| self.add(one))?;
        let link = self.link()?;
        let done = self.wait(|| link.simple("COMMIT".to_owned()));
        // Where one that nobody asked for has failed, so has the transaction, whatever is said of its end.
        let unasked = self.ahead.take().into_iter().find_map(|one| one.come.and_then(Result::err));
        let done = unasked.map_or(done, |e| Err(self.failed(&e)));
        let leased = std::mem::take(&mut *self.leased.borrow_mut());
        match done {
            Ok(_) => {
                let decided = std::mem::take(&mut *self.decided.borrow_mut());
                if !decided.is_empty() {
                    self.doubts().retain(|(xid, _)| !decided.contains(xid));
                }
                Ok(())
            }
            Err(e) => {
                // It may have come through, or may yet: these leases are nobody's then.
                if self.link.borrow().is_none() {
                    self.doubts().extend(leased.into_iter().map(|lease| (self.xid.get(), lease)));
                }
                Err(e)
            }
        }
    }

    fn rollback(&self) {
        self.gathered.borrow_mut().clear();
        self.ahead.borrow_mut().clear();
        self.pending.borrow_mut().clear();
        let Some(link) = self.link.borrow().clone() else { return };
        match self.in_time(link.simple("ROLLBACK".to_owned())) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "a failed turn was rolled back by the end of its connection");
                self.lose();
            }
            Err(error) => tracing::debug!(%error, "a failed turn is rolled back by the end of its connection"),
        }
    }

    fn told(&self, notices: &[(String, Notice)]) {
        if let Some(wake) = &self.wake {
            wake.tell(notices);
        }
    }

    fn set_apart(&self) -> Result<(), Error> {
        Ok(())
    }

    fn keep(&self) -> Result<(), Error> {
        // The next job asks anew: this one may have changed the answers. What is sent at the beginning is for all.
        self.leave(Of::Job);
        Ok(())
    }

    fn undo(&self) -> Result<(), Error> {
        // A failed statement ends the transaction, and what was gathered holds the job's rows.
        Err(Error::Engine { kind: steps::Kind::Crossed, text: "a job of the same transaction failed".to_owned() })
    }

    fn message_no(&self) -> Result<i64, Error> {
        if let Some(no) = self.numbers.borrow_mut().pop_front() {
            return Ok(no);
        }
        // As many as the transaction before has drawn, and more where this one has wanted many.
        let drawn = self.drawn.get();
        let want = if drawn == 0 { self.numbered.get() } else { drawn * 3 }.clamp(1, NUMBERS);
        let rows = self.found(own::MESSAGE_NUMBERS, &[Value::Int(want as i64)])?;
        self.drawn.set(self.drawn.get() + rows.len());
        let numbers = rows.iter().map(|row| Row(row).get(1)).collect::<Result<VecDeque<i64>, Error>>()?;
        *self.numbers.borrow_mut() = numbers;
        self.numbers.borrow_mut().pop_front().ok_or_else(|| Error::damaged("sequence", "it gave no number"))
    }

    fn next_message(&self) -> Result<i64, Error> {
        Ok(i64::MAX)
    }

    fn complete_before(&self) -> Result<i64, Error> {
        let rows = self.rows(own::BOUND, Vec::new())?;
        let row = Row(rows.first().ok_or_else(|| Error::damaged("sequence", "it tells nothing"))?);
        let (drawn, xid, oldest): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match self.mark.get() {
            Some(mark) if mark.read_in == xid => {}
            Some(mark) => {
                let after = mark.after.unwrap_or(xid);
                self.mark.set(Some(Mark { after: Some(after), ..mark }));
                if oldest >= after {
                    self.complete.set(self.complete.get().max(mark.drawn));
                    self.mark.set(Some(Mark { drawn, read_in: xid, after: None }));
                }
            }
            None => self.mark.set(Some(Mark { drawn, read_in: xid, after: None })),
        }
        let staged = self.rows(own::STAGED_FIRST, Vec::new())?;
        let staged: Option<i64> = staged.first().map(|row| Row(row).get(0)).transpose()?.flatten();
        Ok(staged.unwrap_or(i64::MAX).min(self.complete.get() + 1))
    }

    fn is_alone(&self) -> bool {
        false
    }

    fn lock_queues(&self, queues: &[i64]) -> Result<(), Error> {
        let mut locked = self.locked.borrow_mut();
        let new: Vec<i64> = queues.iter().copied().filter(|no| locked.insert(*no)).collect();
        if new.is_empty() {
            return Ok(());
        }
        self.send(own::QUEUES_LOCK, vec![Box::new(new)])
    }

    fn lock_copies(&self, first: i64, last: i64) -> Result<(), Error> {
        self.bring("delivery")?;
        self.send(own::DELIVERIES_LOCK, vec![Box::new(first), Box::new(last)])
    }

    fn share_message(&self, no: i64) -> Result<(), Error> {
        self.send(own::MESSAGE_SHARE, vec![Box::new(no)])
    }

    fn moved(&self, no: i64) -> Result<Option<Moved>, Error> {
        self.bring("message")?;
        let rows = self.rows(own::MESSAGE_STATE, vec![Box::new(no)])?;
        let read = |row: &PgRow| {
            let row = Row(row);
            let (queue, due, scheduled) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Moved { queue, due, scheduled, cancelled: row.get(3)?, lapsed: row.get(4)?, provider: row.get(5)? })
        };
        rows.first().map(read).transpose()
    }

    fn keeps_house(&self, hold: Duration) -> Result<bool, Error> {
        let hold = i64::try_from(hold.as_millis()).unwrap_or(i64::MAX);
        let rows = self.rows(own::UPKEEP_TAKE, vec![Box::new(self.common.own().0), Box::new(hold)])?;
        rows.first().map_or(Ok(false), |row| Row(row).get(0))
    }

    fn leaves_house(&self) -> Result<(), Error> {
        self.send(own::UPKEEP_FREE, vec![Box::new(self.common.own().0)])
    }

    fn unheld(&self) -> Result<Vec<Unheld>, Error> {
        let doubts = self.doubts().clone();
        if doubts.is_empty() {
            return Ok(Vec::new());
        }
        let xids: BTreeSet<i64> = doubts.iter().map(|(xid, _)| *xid).collect();
        let ended = self.rows(own::DECIDED, vec![Box::new(xids.into_iter().collect::<Vec<_>>())])?;
        let ended = ended.iter().map(|row| Row(row).get(0)).collect::<Result<Vec<i64>, Error>>()?;
        let asked: Vec<i64> = doubts.into_iter().filter(|(xid, _)| ended.contains(xid)).map(|(_, lease)| lease).collect();
        *self.decided.borrow_mut() = ended;
        let rows = self.rows(own::LEASES_OF, vec![Box::new(asked)])?;
        let read = |row: &PgRow| {
            let row = Row(row);
            let (no, queue, message) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Unheld { no, queue, message, first: row.get(3)?, count: row.get(4)?, attempt: row.get(5)? })
        };
        rows.iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_from_the_statement() {
        assert_eq!(table("-- why\n-- more\nINSERT INTO delivery (key) SELECT 1"), "delivery");
        assert_eq!(table("DELETE FROM lease_returned WHERE lease = ANY ($1::bigint[]);"), "lease_returned");
    }

    #[test]
    fn rows_become_columns() {
        let (a, b) = ([Value::Int(1), Value::Text("a")], [Value::Int(2), Value::Null]);
        assert_eq!(columns(&[&a, &b]).len(), 2);
    }
}
