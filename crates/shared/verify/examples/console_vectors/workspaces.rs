//! Workspaces: statements, and what the checks of this crate make of them.

use cloister_model::{ApprovalPolicy, Assurance, Digest, IdentityStrength, RunPolicy, WorkspaceKind};
use cloister_statement::{
    Envelope, Predicate, Signer,
    predicate::{Acceptance, Archive, Charter, Refusal, Suspension},
    sign,
};
use cloister_verify::{Dossier, Marks, charters::establish};
use serde_json::{Value, json};

use crate::{
    Made,
    people::{Member, NOW, People},
};

/// The people, the first charter, and what everything refers to.
struct Ground {
    people: People,
    first: Envelope,
    accepted: Envelope,
}

impl Ground {
    fn new() -> Made<Self> {
        let people = People::new()?;
        let charter = Charter {
            version: 1,
            previous: None,
            nonce: "ab".repeat(16),
            name: "Study".parse()?,
            kind: WorkspaceKind::Analytics,
            floor: Assurance::Simulated,
            broker: people.broker_identity()?,
            minimum_identity: IdentityStrength::Local,
            console_allowed: true,
            members: [people.ana.id(), people.ben.id()].into(),
            administrators: [people.ana.id()].into(),
            approval: ApprovalPolicy::AllMembers,
            run: RunPolicy::AllMembers,
            recoverers: [].into(),
        };
        let first = people.ana.sign(None, charter)?;
        let accepted = people.ben.sign(Some(first.digest()), Acceptance { charter: first.digest() })?;
        Ok(Self { people, first, accepted })
    }

    #[expect(clippy::unnecessary_wraps, reason = "statements take it so")]
    fn workspace(&self) -> Option<Digest> {
        Some(self.first.digest())
    }

    fn next(&self, edit: impl FnOnce(&mut Charter)) -> Made<Charter> {
        let mut charter = self.first.open::<Charter>()?.predicate().body.clone();
        charter.version = 2;
        charter.previous = Some(self.first.digest());
        charter.nonce = "cd".repeat(16);
        edit(&mut charter);
        Ok(charter)
    }

    fn accept(&self, who: &Member, charter: &Envelope) -> Made<Envelope> {
        who.sign(self.workspace(), Acceptance { charter: charter.digest() })
    }

    fn certificates(&self) -> Vec<Envelope> {
        [&self.people.ana, &self.people.ben, &self.people.cat].map(|member| member.certificate.clone()).into()
    }

    /// What the checks say about certificates and these statements.
    #[expect(clippy::unnecessary_wraps, reason = "as every maker of vectors")]
    fn case(&self, name: &str, statements: &[Envelope]) -> Made<Value> {
        let all = [self.certificates(), statements.to_vec()].concat();
        let genesis = self.first.digest();
        let outcome = Dossier::read(&all, [self.people.broker.public()])
            .and_then(|dossier| establish(genesis, &dossier, &Marks::default()));
        let expected = match outcome {
            Ok(force) => {
                let members = force.charter().members.iter();
                json!({ "version": force.version(), "charter": force.digest(), "archived": force.archived(),
                        "suspended": members.filter(|m| force.suspended(m)).collect::<Vec<_>>(),
                        "pending": force.pending().map(cloister_statement::Verified::digest) })
            }
            Err(refused) => json!({ "check": refused.check.as_str(), "reason": refused.reason }),
        };
        Ok(
            json!({ "name": name, "genesis": genesis, "broker": self.people.broker.public(), "statements": all,
                   "expected": expected }),
        )
    }

    fn base(&self, more: &[Envelope]) -> Vec<Envelope> {
        [vec![self.first.clone(), self.accepted.clone()], more.to_vec()].concat()
    }

    fn first_version(&self) -> Made<Vec<Value>> {
        let (ws, digest) = (self.workspace(), self.first.digest());
        let by_nobody = self.people.ben.sign(None, {
            let mut charter = self.first.open::<Charter>()?.predicate().body.clone();
            charter.nonce = "ef".repeat(16);
            charter
        })?;
        let refusal = self.people.ben.sign(ws, Refusal { charter: digest })?;
        let archive = self.people.ana.sign(ws, Archive { charter: digest })?;
        let archive_by_ben = self.people.ben.sign(ws, Archive { charter: digest })?;
        let suspension = Suspension { member: self.people.ben.id(), charter: digest };
        let suspended = self.people.ana.sign(ws, suspension.clone())?;
        let own = self.people.ben.sign(ws, suspension)?;
        Ok(vec![
            self.case("everyone accepted", &self.base(&[]))?,
            self.case("one has not answered", std::slice::from_ref(&self.first))?,
            self.case("one refused", &self.base(&[refusal]))?,
            self.case("no first charter", std::slice::from_ref(&self.accepted))?,
            self.case("another first charter beside it", &self.base(&[by_nobody]))?,
            self.case("archived", &self.base(&[archive]))?,
            self.case("archived by a member only", &self.base(&[archive_by_ben]))?,
            self.case("suspended", &self.base(&[suspended]))?,
            self.case("suspended by a member only", &self.base(&[own]))?,
        ])
    }

    fn later_versions(&self) -> Made<Vec<Value>> {
        let (ana, ben, cat, ws) = (&self.people.ana, &self.people.ben, &self.people.cat, self.workspace());
        let wider = ana.sign(ws, self.next(|c| _ = c.members.insert(cat.id()))?)?;
        let changed = ana.sign(
            ws,
            self.next(|c| {
                c.members.insert(cat.id());
                c.run = RunPolicy::CreatorOnly;
            })?,
        )?;
        let by_cat = self.accept(cat, &wider)?;
        let (cat_changed, ben_changed) = (self.accept(cat, &changed)?, self.accept(ben, &changed)?);
        let refusal = ben.sign(ws, Refusal { charter: changed.digest() })?;
        let renamed = ana.sign(ws, self.next(|c| c.floor = Assurance::Hardware)?)?;
        let by_ben = ben.sign(ws, self.next(|c| c.run = RunPolicy::CreatorOnly)?)?;
        let suspension = Suspension { member: ben.id(), charter: self.first.digest() };
        let suspended = ana.sign(ws, suspension)?;
        // Ana hands over and leaves: the charter that she proposes does not list her.
        let left = ana.sign(
            ws,
            self.next(|c| {
                c.members = [ben.id()].into();
                c.administrators = [ben.id()].into();
            })?,
        )?;
        let handed_over = vec![left.clone(), self.accept(ben, &left)?];
        let taken_back = ana.sign(ws, Refusal { charter: left.digest() })?;
        let by_a_stranger = cat.sign(ws, Refusal { charter: left.digest() })?;
        Ok(vec![
            self.case("the administrator handed over and left", &self.base(&handed_over))?,
            self.case(
                "the proposer takes a charter back that does not list them",
                &self.base(&[handed_over.clone(), vec![taken_back]].concat()),
            )?,
            self.case(
                "somebody it does not list refuses",
                &self.base(&[handed_over.clone(), vec![by_a_stranger]].concat()),
            )?,
            self.case("a newcomer has not answered", &self.base(std::slice::from_ref(&wider)))?,
            self.case("the newcomer alone accepts", &self.base(&[wider.clone(), by_cat.clone()]))?,
            self.case("a change waits for all", &self.base(&[changed.clone(), cat_changed.clone()]))?,
            self.case(
                "a change all accepted",
                &self.base(&[changed.clone(), cat_changed.clone(), ben_changed.clone()]),
            )?,
            self.case(
                "a change all accepted and one refused",
                &self.base(&[changed.clone(), cat_changed.clone(), ben_changed.clone(), refusal]),
            )?,
            self.case("two of one version", &self.base(&[wider, by_cat, changed.clone()]))?,
            self.case("another floor", &self.base(&[renamed.clone(), self.accept(ben, &renamed)?]))?,
            self.case(
                "proposed by a member only",
                &self.base(&[by_ben.clone(), self.accept(ana, &by_ben)?]),
            )?,
            self.case(
                "accepted by a suspended member",
                &self.base(&[changed, cat_changed, ben_changed, suspended]),
            )?,
        ])
    }

    fn bad_signatures(&self) -> Made<Vec<Value>> {
        let (ana, ben, ws) = (&self.people.ana, &self.people.ben, self.workspace());
        let body = Acceptance { charter: self.first.digest() };
        let signer = Signer::Certificate(ben.id());
        let by_other =
            sign(&ana.key, &Predicate { issued_at: NOW, signer, workspace: ws, body: body.clone() })?;
        let late = NOW.plus(cloister_model::Duration::days(400));
        let expired =
            sign(&ben.key, &Predicate { issued_at: late, signer, workspace: ws, body: body.clone() })?;
        let bare = Signer::Key(ben.key.public());
        let by_key = sign(&ben.key, &Predicate { issued_at: NOW, signer: bare, workspace: ws, body })?;
        Ok(vec![
            self.case("signed with another member's key", &[self.first.clone(), by_other])?,
            self.case("signed after the certificate's end", &[self.first.clone(), expired])?,
            self.case("signed by a bare key", &[self.first.clone(), by_key])?,
        ])
    }
}

pub(crate) fn vectors() -> Made<Value> {
    let ground = Ground::new()?;
    let cases = [ground.first_version()?, ground.later_versions()?, ground.bad_signatures()?].concat();
    Ok(json!({ "people": ground.people.shown()?, "cases": cases }))
}
