//! Any cut of any input gives the same events: of the corpus, and of what chance makes of it.

use gnezdo_testkit::{Case, Step, split};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::cases;

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    // Small numbers are lengths, types, flags and streams.
    let octet = || prop_oneof![3 => 0..12_u8, 1 => any::<u8>()];
    prop_oneof![
        4 => (at(), octet()).prop_map(|(i, o)| Mutation::Replace(i, o)),
        2 => (at(), octet()).prop_map(|(i, o)| Mutation::Insert(i, o)),
        2 => at().prop_map(Mutation::Remove),
        1 => (at(), at()).prop_map(|(i, j)| Mutation::Repeat(i, j)),
    ]
}

fn mutate(octets: &mut Vec<u8>, mutation: &Mutation) {
    let length = octets.len();
    match mutation {
        _ if length == 0 => {}
        Mutation::Replace(at, octet) => octets[at.index(length)] = *octet,
        Mutation::Insert(at, octet) => octets.insert(at.index(length), *octet),
        Mutation::Remove(at) => drop(octets.remove(at.index(length))),
        Mutation::Repeat(from, to) => {
            let (from, to) = (from.index(length), to.index(length));
            let piece = octets[from.min(to)..from.max(to)].to_vec();
            octets.splice(to..to, piece);
        }
    }
}

/// The octets of a case without its pauses, mutated, and how to cut them.
fn changed(case: &Case, mutations: &[Mutation], cuts: &[Index]) -> ([Step; 2], Vec<usize>) {
    let mut octets = case.octets();
    mutations.iter().for_each(|mutation| mutate(&mut octets, mutation));
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(octets.len().max(1))).collect();
    cuts.sort_unstable();
    ([Step::Octets(octets), Step::End], cuts)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn mutated_requests_mean_the_same_however_they_are_cut(
        case in any::<Index>(),
        mutations in prop::collection::vec(mutation(), 1..5),
        cuts in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let cases = cases::servers();
        let case = case.get(&cases);
        let (steps, cuts) = changed(case, &mutations, &cuts);
        let whole = split::run(cases::server(case), &steps, &[]);
        prop_assert_eq!(whole.subject().events_after_refusal, 0);
        let split = split::run(cases::server(case), &steps, &cuts);
        prop_assert_eq!(whole.finish(), split.finish(), "{}", case.name());
    }

    #[test]
    fn mutated_responses_mean_the_same_however_they_are_cut(
        case in any::<Index>(),
        mutations in prop::collection::vec(mutation(), 1..5),
        cuts in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let cases = cases::load("client");
        let case = case.get(&cases);
        let (steps, cuts) = changed(case, &mutations, &cuts);
        let whole = split::run(cases::client(case), &steps, &[]).finish();
        let split = split::run(cases::client(case), &steps, &cuts).finish();
        prop_assert_eq!(whole, split, "{}", case.name());
    }
}
