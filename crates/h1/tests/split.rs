//! Any cut of any input gives the same events: of the corpus, and of what chance makes of it.

use gnezdo_testkit::{Step, split};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::cases;
use crate::support::server_user::ServerUser;

/// Octets that mean something somewhere in HTTP/1.x.
const TELLING: &[u8] = b"\r\n \t:;,=\"\\0159afx+-_/?#*@[]%\0\x01\x0b\x7f\x80\xff";

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, Index),
    Truncate(Index),
}

fn telling() -> impl Strategy<Value = u8> {
    prop_oneof![4 => proptest::sample::select(TELLING), 1 => any::<u8>()]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), telling()).prop_map(|(i, o)| Mutation::Replace(i, o)),
        4 => (at(), telling()).prop_map(|(i, o)| Mutation::Insert(i, o)),
        4 => at().prop_map(Mutation::Remove),
        2 => (at(), at()).prop_map(|(i, j)| Mutation::Repeat(i, j)),
        1 => at().prop_map(Mutation::Truncate),
    ]
}

fn mutate(octets: &mut Vec<u8>, mutation: &Mutation) {
    let length = octets.len();
    match mutation {
        _ if length == 0 => {}
        Mutation::Replace(at, octet) => octets[at.index(length)] = *octet,
        Mutation::Insert(at, octet) => octets.insert(at.index(length), *octet),
        Mutation::Remove(at) => drop(octets.remove(at.index(length))),
        Mutation::Truncate(at) => octets.truncate(at.index(length)),
        Mutation::Repeat(from, to) => {
            let (from, to) = (from.index(length), to.index(length));
            let piece = octets[from.min(to)..from.max(to)].to_vec();
            let at = from.max(to);
            octets.splice(at..at, piece);
        }
    }
}

fn cuts_of(cuts: &[Index], steps: &[Step]) -> Vec<usize> {
    let length: usize =
        steps.iter().map(|s| if let Step::Octets(o) = s { o.len() } else { 0 }).sum();
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(length.max(1))).collect();
    cuts.sort_unstable();
    cuts
}

/// Runs the steps; gives the transcript, and fails if a request came after a refusal.
fn run(user: ServerUser, steps: &[Step], cuts: &[usize]) -> Vec<String> {
    let drive = split::run(user, steps, cuts);
    assert_eq!(drive.subject().requests_after_refusal, 0);
    drive.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_cut_of_a_request_gives_the_same_events(
        case in any::<Index>(),
        cuts in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let cases = cases::requests();
        let case = case.get(&cases);
        let found = run(cases::server(case), &case.steps, &cuts_of(&cuts, &case.steps));
        prop_assert_eq!(&found, &case.expected, "{}", case.name());
    }

    #[test]
    fn any_cut_of_a_response_gives_the_same_events(
        case in any::<Index>(),
        cuts in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let cases = cases::responses();
        let case = case.get(&cases);
        let cuts = cuts_of(&cuts, &case.steps);
        let found = split::run(cases::client(case), &case.steps, &cuts).finish();
        prop_assert_eq!(&found, &case.expected, "{}", case.name());
    }

    #[test]
    fn mutated_requests_mean_the_same_however_they_are_cut(
        case in any::<Index>(),
        mutations in prop::collection::vec(mutation(), 1..5),
        cuts in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let cases = cases::requests();
        let case = case.get(&cases);
        let mut octets = case.octets();
        mutations.iter().for_each(|mutation| mutate(&mut octets, mutation));
        let steps = [Step::Octets(octets), Step::End];
        let whole = run(cases::server(case), &steps, &[]);
        let split = run(cases::server(case), &steps, &cuts_of(&cuts, &steps));
        prop_assert_eq!(whole, split, "{}", case.name());
    }

    #[test]
    fn mutated_responses_mean_the_same_however_they_are_cut(
        case in any::<Index>(),
        mutations in prop::collection::vec(mutation(), 1..5),
        cuts in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let cases = cases::responses();
        let case = case.get(&cases);
        let mut octets = case.octets();
        mutations.iter().for_each(|mutation| mutate(&mut octets, mutation));
        let steps = [Step::Octets(octets), Step::End];
        let whole = split::run(cases::client(case), &steps, &[]).finish();
        let split = split::run(cases::client(case), &steps, &cuts_of(&cuts, &steps)).finish();
        prop_assert_eq!(whole, split, "{}", case.name());
    }
}
