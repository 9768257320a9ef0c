//! A joint copy: one delivery, one attempt at a time, but each recipient has a state, attempts and words of its own. The copy's own
//! row sums them up.

use jebi_domain::{
    delivery::State,
    id::DeliveryKey,
    message::{Addressee, Mailbox, Role},
    settle::summed_up,
    time::Wall,
};

use super::{
    Error, Row, params, q,
    record::{Ended, Whose},
    row,
    turn::Turn,
};

/// One recipient.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub position: i64,
    pub state: State,
    /// Something was reported of it: the provider took it. An id of the provider without a result was told by a report, too.
    pub reported: bool,
    /// The last attempt counted for it.
    pub attempt: u16,
    pub twice: bool,
    /// The attempt that was out when evidence settled it.
    pub out: Option<u16>,
    pub changed_at: Option<i64>,
    pub provider_id: Option<String>,
    pub reason: Option<String>,
}

/// What is told of a recipient.
pub(super) struct Told<'a> {
    /// The attempt it is told of.
    pub of: u16,
    /// The last attempt counted for the recipient from now on.
    pub attempt: u16,
    pub at: Wall,
    pub provider_id: Option<&'a str>,
    pub reason: Option<String>,
}

impl Person {
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Waiting | State::Unsettled)
    }

    /// Whether what is known of the other is known of this one as well: both were in the same attempts of unknown end, so the
    /// provider took both or neither.
    pub fn shares_fate(&self, other: &Self) -> bool {
        self.state == other.state && self.attempt == other.attempt
    }
}

/// The copy's row, as far as its recipients do not say it.
pub(super) struct Joint {
    pub key: DeliveryKey,
    pub state: State,
    pub attempt: u16,
    pub people: Vec<Person>,
}

impl Joint {
    pub fn read(turn: &Turn<'_>, key: DeliveryKey, (state, attempt): (State, u16)) -> Result<Self, Error> {
        let read = |r: &Row<'_>| {
            let person = Person {
                position: r.get(0)?,
                state: State::Waiting,
                reported: r.get::<i64>(2)? != 0 || r.get::<Option<String>>(7)?.is_some(),
                attempt: r.get(3)?,
                twice: r.get(4)?,
                out: r.get(5)?,
                changed_at: r.get(6)?,
                provider_id: r.get(7)?,
                reason: r.get(8)?,
            };
            Ok((r.get::<i64>(1)?, person))
        };
        turn.db.lock_copies(key.0, key.0)?;
        let people = turn.rows_of(q!("joint_people"), [key.0], read)?.into_iter().map(|(code, person)| {
            let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
            Ok(Person { state, ..person })
        });
        Ok(Self { key, state, attempt, people: people.collect::<Result<_, Error>>()? })
    }

    /// Recipients in a state.
    pub fn count(&self, state: State) -> i64 {
        self.people.iter().map(|one| i64::from(one.state == state)).sum()
    }

    pub fn whose(&self, index: usize) -> Whose {
        Whose { key: self.key.0, position: Some(self.people[index].position) }
    }

    /// Gives a recipient its next state and words. What it said of the attempt before goes on record; where it is accepted and another
    /// attempt may have been accepted too, it shows that.
    pub fn change(&mut self, turn: &Turn<'_>, index: usize, to: State, told: Told<'_>) -> Result<(), Error> {
        let whose = self.whose(index);
        let one = &mut self.people[index];
        let was = (one.state, one.attempt);
        if one.attempt > 0 && one.attempt < told.attempt {
            let said = (one.provider_id.as_deref(), one.reason.as_deref());
            whose.note(turn, &Ended::before(one.attempt, one.state, one.changed_at, said))?;
        }
        one.twice |= to == State::Sent && whose.may_be_twice(turn, told.of, was)?;
        (one.state, one.attempt, one.changed_at) = (to, told.attempt, Some(told.at.0));
        // One that a report told before the answer stays.
        one.provider_id = told.provider_id.map(str::to_owned).or_else(|| one.provider_id.take());
        one.reason = told.reason;
        self.put(turn, index, was.0)
    }

    /// Writes a recipient's row, which must be in the state named.
    pub fn put(&self, turn: &Turn<'_>, index: usize, from: State) -> Result<(), Error> {
        let one = &self.people[index];
        let changed = turn.execute(
            q!("joint_put"),
            params![
                self.key.0,
                one.position,
                from.code(),
                one.state.code(),
                one.attempt,
                one.twice,
                one.out,
                one.changed_at,
                one.provider_id,
                one.reason
            ],
        )?;
        if changed == 1 {
            Ok(())
        } else {
            Err(turn.changed(format!("recipient {} of delivery {} changed meanwhile", one.position, self.key.0)))
        }
    }

    /// Writes the copy's row from its recipients, with the attempt now counted; `next_try` while anybody is open.
    pub fn sum_up(&self, turn: &Turn<'_>, attempt: u16, at: Wall, next_try: Option<i64>) -> Result<(), Error> {
        let state = summed_up(self.people.iter().map(|one| one.state));
        let open = self.people.iter().any(Person::is_open);
        let accepted = self.people.iter().rev().find_map(|one| one.provider_id.as_deref());
        // The reason of whoever is worst off, as the state shown is.
        let reason =
            self.people.iter().max_by_key(|one| (one.reason.is_some(), one.state.severity())).and_then(|one| one.reason.as_deref());
        let changed = turn.execute(
            q!("joint_sum"),
            params![
                self.key.0,
                self.state.code(),
                self.attempt,
                state.code(),
                attempt,
                self.people.iter().any(|one| one.twice),
                at.0,
                next_try.filter(|_| open),
                accepted,
                reason
            ],
        )?;
        if changed == 1 { Ok(()) } else { Err(turn.changed(format!("delivery {} changed while it was settled", self.key.0))) }
    }
}

/// The recipients of a joint copy, as a claim hands them out.
pub(super) fn addressees(turn: &Turn<'_>, key: DeliveryKey) -> Result<Vec<Addressee>, Error> {
    let read = turn.rows_of(q!("joint_list"), [key.0], |r| Ok(row::joint(r)))?;
    let addressee = |one: row::Recipient| Addressee {
        role: one.role,
        mailbox: one.mailbox,
        open: matches!(one.state, State::Waiting | State::Unsettled),
        unsettled: one.state == State::Unsettled,
    };
    read.into_iter().map(|one| one.map(addressee)).collect()
}

/// The only recipient of a copy to one.
pub(super) fn alone(email: String, name: Option<String>, state: State) -> Addressee {
    Addressee { role: Role::To, mailbox: Mailbox { email, name }, open: true, unsettled: state == State::Unsettled }
}
