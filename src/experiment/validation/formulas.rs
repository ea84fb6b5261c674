//! What theory says, as small functions. Times are in the unit of the times that go in.

/// Quantile `q` of the response time of M/M/1, which is exponential with mean
/// `service / (1 - load)` (Kleinrock, Queueing Systems I, 1975, section 5.6 with 3.2).
pub fn mm1_response_quantile(service: f64, load: f64, q: f64) -> f64 {
    -service / (1.0 - load) * libm::log(1.0 - q)
}

/// Erlang's loss formula: the share of arrivals that find all `servers` busy and are lost, at
/// `offered` busy servers, whatever the law of service times (Erlang 1917; the recursion over the
/// number of servers is that of Cooper, Introduction to Queueing Theory, 1981, section 3.3).
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |loss, servers| {
        let weight = offered * loss;
        weight / (f64::from(servers) + weight)
    })
}

/// Mean waiting time of M/M/c: the share that waits (Erlang's delay formula) over the rate at
/// which waiting ends (Cooper 1981, section 3.4).
pub fn mmc_wait(servers: u32, service: f64, load: f64) -> f64 {
    let loss = erlang_b(servers, f64::from(servers) * load);
    let share_that_waits = loss / (1.0 - load * (1.0 - loss));
    share_that_waits * service / (f64::from(servers) * (1.0 - load))
}

/// Mean waiting time of M/G/1 for service times of coefficient of variation `cv`: Pollaczek 1930
/// and Khinchine 1932 (Kleinrock I, 5.69).
pub fn mg1_wait(service: f64, load: f64, cv: f64) -> f64 {
    load * service * (1.0 + cv * cv) / (2.0 * (1.0 - load))
}

/// Mean response time of a server under Poisson arrivals and constant service times that serves
/// all who wait as one batch and answers them together.
///
/// A batch of k takes kS. It meets A = Poisson(ak) newcomers, a = arrival rate x S, who form the
/// next batch; if there are none, the next batch is the one who comes to the idle server. So batch
/// sizes are a Markov chain, solved here by iteration. A newcomer waits for half of the batch
/// that it meets and for all of its own: a batch of k brings A k S/2 + A^2 S of response time, and
/// S when nobody came, so that its own size counts as A^2 + (1 if A = 0), where A has mean ak and
/// A^2 has mean ak + (ak)^2.
pub fn gated_batch_response(service: f64, load: f64) -> f64 {
    const LARGEST: usize = 400;
    let mut sizes = vec![0.0; LARGEST + 1];
    sizes[1] = 1.0;
    for _ in 0..2_000 {
        let mut next = vec![0.0; LARGEST + 1];
        for (size, share) in sizes.iter().enumerate().skip(1).filter(|(_, share)| **share > 1e-18) {
            let newcomers = load * size as f64;
            let mut probability = libm::exp(-newcomers);
            next[1] += share * probability;
            for (count, next) in next.iter_mut().enumerate().skip(1) {
                probability *= newcomers / count as f64;
                *next += share * probability;
            }
        }
        sizes = next;
    }
    let (mut time, mut answered) = (0.0, 0.0);
    for (size, share) in sizes.iter().enumerate().skip(1) {
        let (size, newcomers) = (size as f64, load * size as f64);
        let nobody = libm::exp(-newcomers);
        let own = newcomers + newcomers * newcomers + nobody;
        time += share * (newcomers * size / 2.0 + own) * service;
        answered += share * (newcomers + nobody);
    }
    time / answered
}

/// Throughput of closed users over stations of a product form (first come with exponential times,
/// or processor sharing with any): `stations` are (mean time a request needs there, servers).
///
/// It is G(N-1)/G(N), where G convolves n -> Z^n/n! of the thinkers with n -> product of
/// D/min(j, c) over j = 1..n of each station (Buzen, CACM 16, 1973); the same numbers as exact
/// mean value analysis with load-dependent stations, without its cancellation near saturation.
/// Times are counted in the shortest time between two answers, c/D of the narrowest station,
/// which keeps G near 1 for any number of users.
pub fn closed_throughput(users: usize, think: f64, stations: &[(f64, u32)]) -> f64 {
    let weights = |step: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let mut weight = 1.0;
        let later = (1..=users).map(|jobs| {
            weight *= step(jobs);
            weight
        });
        std::iter::once(1.0).chain(later).collect()
    };
    let capacity = |&(demand, servers): &(f64, u32)| f64::from(servers) / demand;
    let most = stations.iter().map(capacity).fold(f64::INFINITY, f64::min);
    let mut constants = weights(&|jobs| think * most / jobs as f64);
    for &(demand, servers) in stations {
        let station = weights(&|jobs| demand * most / jobs.min(servers as usize) as f64);
        let convolved = (0..=users)
            .map(|total| (0..=total).map(|jobs| station[jobs] * constants[total - jobs]).sum());
        constants = convolved.collect();
    }
    most * constants[users - 1] / constants[users]
}

/// Mean response time of E_n/M/1 at `load`: what each of n servers sees of a Poisson stream dealt
/// out in turn. With sigma the root of z = A(mu(1 - z)), A the Laplace transform of the gaps, the
/// response time is exponential with mean 1/(mu(1 - sigma)) (Kleinrock I, section 6.4).
pub fn erlang_arrivals_response(stages: i32, service: f64, load: f64) -> f64 {
    // A gap is the sum of n exponential ones of rate n load / service.
    let rate = f64::from(stages) * load;
    // From 0 the iteration climbs to the smallest root, which is the one below 1.
    let root =
        (0..10_000).fold(0.0, |root, _| libm::pow(rate / (rate + 1.0 - root), stages.into()));
    service / (1.0 - root)
}

/// Mean of the largest of n exponential times of mean 1: the n-th harmonic number. The first of n
/// ends after 1/n on average, the next one of those left after 1/(n - 1), and so on.
pub fn harmonic(n: u32) -> f64 {
    (1..=n).map(|k| 1.0 / f64::from(k)).sum()
}

/// Mean response time of a fork-join queue of two like servers: jobs come at random, each has an
/// exponential task at both and is done when both are (L. Flatto, S. Hahn, "Two parallel queues
/// created by arrivals with two demands", SIAM Journal on Applied Mathematics 44, 1984; in this
/// form R. Nelson, A. Tantawi, "Approximate analysis of fork/join synchronization in parallel
/// queues", IEEE Transactions on Computers 37, 1988).
pub fn fork_join_of_two_response(service: f64, load: f64) -> f64 {
    (12.0 - load) / 8.0 * service / (1.0 - load)
}

/// Mean response time of two like servers of mean service time 1, each job joining the one with
/// fewer jobs, the first or second alike when equal: the Markov chain of both lengths, cut at
/// lengths that come with probability below 1e-12, solved by iteration.
pub fn shorter_of_two_response(load: f64) -> f64 {
    const LONGEST: usize = 60;
    let arrivals = 2.0 * load;
    let step = 1.0 / (arrivals + 2.0);
    let mut shares = vec![vec![0.0; LONGEST + 1]; LONGEST + 1];
    shares[0][0] = 1.0;
    for _ in 0..20_000 {
        let mut next = vec![vec![0.0; LONGEST + 1]; LONGEST + 1];
        for one in 0..=LONGEST {
            for two in 0..=LONGEST {
                let share = shares[one][two] * step;
                let to_first = match one.cmp(&two) {
                    std::cmp::Ordering::Less => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Greater => 0.0,
                };
                next[(one + 1).min(LONGEST)][two] += share * arrivals * to_first;
                next[one][(two + 1).min(LONGEST)] += share * arrivals * (1.0 - to_first);
                next[one.saturating_sub(1)][two] += share;
                next[one][two.saturating_sub(1)] += share;
            }
        }
        shares = next;
    }
    let jobs = |(one, row): (usize, &Vec<f64>)| -> f64 {
        row.iter().enumerate().map(|(two, share)| share * (one + two) as f64).sum()
    };
    // Little: jobs there over the rate of arrivals.
    shares.iter().enumerate().map(jobs).sum::<f64>() / arrivals
}

/// Mean response time, in service times, of many like servers of which each job joins the shorter
/// of two lines: the sum of load^(2^i - 2) over i = 1, 2, .. (Vvedenskaya, Dobrushin and
/// Karpelevich, Problems of Information Transmission 32, 1996).
pub fn power_of_two_limit(load: f64) -> f64 {
    (1..=16).map(|i| libm::pow(load, libm::pow(2.0, f64::from(i)) - 2.0)).sum()
}

/// Hit rate of a cache of `entries` under independent draws from `keys` keys, the one of rank i
/// with weight 1/i^exponent: sum of p(1 - exp(-pT)), where T solves sum of 1 - exp(-pT) = entries
/// (Che, Tung and Wang, IEEE JSAC 20, 2002).
pub fn che_hit_rate(keys: u32, exponent: f64, entries: f64) -> f64 {
    let shares = zipf_shares(keys, exponent);
    let held = |time: f64| shares.iter().map(|share| -libm::expm1(-share * time)).sum::<f64>();
    let (mut low, mut high) = (0.0, 1.0);
    while held(high) < entries {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if held(middle) < entries { low = middle } else { high = middle }
    }
    shares.iter().map(|share| -share * libm::expm1(-share * low)).sum()
}

/// Hit rate of a cache that forgets nothing until `lifetime` after its fill, in the same terms: a
/// key asked for at rate r is filled once in lifetime + 1/r, so r x lifetime / (1 + r x lifetime)
/// of its reads hit (Jung, Berger and Balakrishnan, INFOCOM 2003).
pub fn lifetime_hit_rate(keys: u32, exponent: f64, rate: f64, lifetime: f64) -> f64 {
    let hits = |share: f64| {
        let expected = share * rate * lifetime;
        share * expected / (1.0 + expected)
    };
    zipf_shares(keys, exponent).into_iter().map(hits).sum()
}

/// The shares of Zipf's law: the key of rank i has weight 1/i^exponent.
fn zipf_shares(keys: u32, exponent: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=keys).map(|rank| libm::pow(f64::from(rank), -exponent)).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// Mean of the k-th smallest of n independent exponential times of this mean: the first of n
/// that are left is `mean / n` away, by memorylessness (Feller, An Introduction to Probability
/// Theory and Its Applications II, 1971, section I.6).
pub fn kth_of_exponentials(n: u32, k: u32, mean: f64) -> f64 {
    (n - k + 1..=n).map(|left| mean / f64::from(left)).sum()
}

/// Mean time until a majority of `voters` has written an entry to disk, the leader among them,
/// each in an exponential time of this mean: the larger of the leader's own time and the k-th of
/// the n - 1 others, k = floor(n / 2).
///
/// The mean of a maximum is the sum of both means less that of the minimum. The latter is the
/// integral of exp(-t) P(fewer than k of n - 1 are done at t), in which each number j < k of done
/// ones counts C(n - 1, j) B(n - j, j + 1) = 1 / n: k / n in all.
pub fn majority_of_exponentials(voters: u32, mean: f64) -> f64 {
    let needed = voters / 2;
    mean + kth_of_exponentials(voters - 1, needed, mean)
        - mean * f64::from(needed) / f64::from(voters)
}

/// Mean response time and throughput of a station whose jobs share its speed evenly, `speed(n)`
/// cores' work with n jobs, when jobs come at rate `arrivals(n)` while n are there: states follow a
/// birth and death chain, whatever the law of the work of mean `work` (Kelly, Reversibility and
/// Stochastic Networks, 1979, section 3.3). Beyond `most` jobs nobody comes.
pub fn shared_speed(
    work: f64,
    arrivals: impl Fn(u64) -> f64,
    speed: impl Fn(u64) -> f64,
    most: u64,
) -> (f64, f64) {
    let (mut weight, mut all, mut jobs, mut rate) = (1.0, 1.0, 0.0, arrivals(0));
    for present in 1..=most {
        weight *= arrivals(present - 1) * work / speed(present);
        all += weight;
        jobs += weight * present as f64;
        rate += weight * arrivals(present);
    }
    (jobs / rate, rate / all)
}

/// Share of the reads that miss the latest write answered before, where a write takes to each of n
/// copies an exponential time, is answered when `writes` of them have it, and a read looks at
/// `reads` of them, any ones, at once. Writes to a key come at random, `rate` of them within the
/// mean of that time (the case without round trips of P. Bailis et al., "Probabilistically bounded
/// staleness for practical partial quorums", VLDB 2012).
///
/// Looked at from a read backwards, writes are a stream of that rate. The first one met that was
/// answered, or that a copy looked at has, decides: the read is stale if that was answered and none
/// of the copies has it. With c copies done, that is c >= writes, and with probability
/// C(n - c, reads) / C(n, reads) none of them is among those looked at.
pub fn stale_quorum_reads(rate: f64, (copies, reads, writes): (u32, u32, u32)) -> f64 {
    const STEP: f64 = 1e-3;
    let missed = |done: u32| -> f64 {
        (0..reads)
            .map(|read| f64::from((copies - done).saturating_sub(read)) / f64::from(copies - read))
            .product()
    };
    // The probabilities that a write of this age decides, and that it makes the read stale.
    let of_age = |age: f64| {
        let is_there = -libm::expm1(-age);
        let (mut decides, mut stale) = (0.0, 0.0);
        let mut probability = libm::exp(-age * f64::from(copies));
        for done in 0..=copies {
            let misses = missed(done);
            if done >= writes {
                decides += probability;
                stale += probability * misses;
            } else {
                decides += probability * (1.0 - misses);
            }
            let more = f64::from(copies - done) / f64::from(done + 1);
            probability *= more * is_there / (1.0 - is_there);
        }
        (decides, stale)
    };
    // By the midpoints of small steps.
    let (mut sum, mut decided) = (0.0, 0.0);
    for step in 0..30_000 {
        let (decides, stale) = of_age((f64::from(step) + 0.5) * STEP);
        sum += rate * stale * libm::exp(-rate * (decided + decides * STEP / 2.0)) * STEP;
        decided += decides * STEP;
    }
    sum
}

/// Mean time without a leader after a group of voters has lost it: each of the others stands for
/// election after a time spread evenly over one to two timeouts; the first one wins when it has
/// heard from the others, `way` there and back, unless a second one stood before it was asked: then
/// all begin again (D. Ongaro, "Consensus: bridging theory and practice", 2014, section 9.3).
///
/// The first of k stands after 1 + 1/(k + 1) timeouts on average, the second at least `way` later
/// with probability (1 - way/timeout)^k; the number of rounds is geometric, so the time they take
/// is that of one by the mean number of them (Wald's identity).
pub fn election_time(voters: u32, timeout: f64, way: f64) -> f64 {
    let first = timeout * (1.0 + 1.0 / f64::from(voters));
    first / libm::pow(1.0 - way / timeout, f64::from(voters - 1)) + 2.0 * way
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables and closed forms for the functions that compute: an oracle needs its own.
    #[test]
    fn formulas_agree_with_tables() {
        let near = |found: f64, known: f64| {
            assert!((found / known - 1.0).abs() < 1e-4, "{found} for {known}");
        };
        // B(1, a) = a/(1+a); B(10, 5) = 0.01838 (Cooper 1981, appendix).
        near(erlang_b(1, 0.8), 0.8 / 1.8);
        near(erlang_b(10, 5.0), 0.018_385);
        // M/M/1 waits load/(1-load); M/M/2 waits load^2/(1-load^2).
        near(mmc_wait(1, 1.0, 0.8), 4.0);
        near(mmc_wait(2, 1.0, 0.8), 0.64 / 0.36);
        near(mg1_wait(1.0, 0.8, 1.0), 4.0);
        // One stage is M/M/1.
        near(erlang_arrivals_response(1, 1.0, 0.8), 5.0);
        // Two users, one server, think Z, demand D: idle with weight Z^2/2, busy with ZD + D^2.
        near(closed_throughput(2, 3.0, &[(1.0, 1)]), (3.0 + 1.0) / (4.5 + 3.0 + 1.0));
        // Twenty users and one server of capacity 1: it never idles to speak of.
        near(closed_throughput(20, 3.0, &[(1.0, 1)]), 1.0);
        // As many servers as users: nobody waits.
        near(closed_throughput(5, 3.0, &[(1.0, 5)]), 5.0 / 4.0);
        // As good as no load: a job is its own batch; at 1e-3 some wait for half another and it.
        near(gated_batch_response(1.0, 1e-9), 1.0);
        near(shorter_of_two_response(1e-9), 1.0);
        // 1 + 0.81 + 0.9^6 + 0.9^14 + 0.9^30 + 0.9^62.
        near(power_of_two_limit(0.9), 2.614_057);
        // Even draws: as many hits as keys are held.
        near(che_hit_rate(1_000, 0.0, 300.0), 0.3);
        // Even draws of 2 keys at 4 a second, kept 3 s: 6 reads expected in a lifetime.
        near(lifetime_hit_rate(2, 0.0, 4.0, 3.0), 6.0 / 7.0);
    }

    /// Few writes to two copies, one of them enough: the second lags by the mean, and half of the
    /// reads look there. Where quorums overlap nothing is missed.
    #[test]
    fn staleness_of_few_writes_is_their_lag() {
        let stale = |reads, writes| stale_quorum_reads(1e-6, (2, reads, writes));
        assert!((stale(1, 1) / 0.5e-6 - 1.0).abs() < 1e-4);
        assert_eq!((stale(2, 1), stale(1, 2)), (0.0, 0.0));
        assert!((election_time(3, 1.0, 0.0) - 4.0 / 3.0).abs() < 1e-12);
    }

    /// By hand: the first of two is half a mean away; max(A, min(B, C)) of three is 1 + 1/2 - 1/3;
    /// all of three take 1 + 1/2 + 1/3.
    #[test]
    fn order_statistics_of_exponentials() {
        assert!((kth_of_exponentials(2, 1, 4.0) - 2.0).abs() < 1e-12);
        assert!((kth_of_exponentials(3, 3, 6.0) - 11.0).abs() < 1e-12);
        assert!((majority_of_exponentials(3, 6.0) - 7.0).abs() < 1e-12);
    }

    /// One core, or four, without contention are M/M/1 and M/M/4 in the mean.
    #[test]
    fn a_shared_speed_without_contention_is_that_of_known_stations() {
        for cores in [1, 4] {
            let rate = 0.8 * f64::from(cores);
            let speed = |jobs: u64| jobs.min(u64::from(cores)) as f64;
            let (mean, throughput) = shared_speed(1.0, |_| rate, speed, 2_000);
            assert!((mean - 1.0 - mmc_wait(cores, 1.0, 0.8)).abs() < 1e-9, "{mean}");
            assert!((throughput - rate).abs() < 1e-9, "{throughput}");
        }
    }
}
