//! Decides whether observations can be handed out so that every demand gets enough of those it accepts: a flow
//! from demands to observations, raised along shortest paths.

use std::collections::VecDeque;

use super::arrange::Steps;
use super::compiled::TooComplex;

/// Something that needs a number of observations out of those it accepts.
pub(super) struct Demand<'c> {
    pub(super) amount: u64,
    pub(super) accepts: &'c [usize],
}

/// Says whether all demands can be met at once, no observation being used more often than it was made.
pub(super) fn suffices(demands: &[Demand<'_>], made: &[u64], steps: &mut Steps) -> Result<bool, TooComplex> {
    let mut spare = made.to_vec();
    // For each observation: which demand got how many of it.
    let mut given: Vec<Vec<(usize, u64)>> = vec![Vec::new(); made.len()];
    for (index, demand) in demands.iter().enumerate() {
        let mut missing = demand.amount;
        for &observation in demand.accepts {
            if missing == 0 {
                break;
            }
            let taken = missing.min(spare[observation]);
            if taken > 0 {
                spare[observation] -= taken;
                missing -= taken;
                give(&mut given[observation], index, taken);
            }
        }
        steps.take(demand.accepts.len())?;
        while missing > 0 {
            let raised = raise(index, missing, demands, &mut spare, &mut given, steps)?;
            if raised == 0 {
                return Ok(false);
            }
            missing -= raised;
        }
    }
    Ok(true)
}

fn give(shares: &mut Vec<(usize, u64)>, demand: usize, amount: u64) {
    match shares.iter_mut().find(|(owner, _)| *owner == demand) {
        Some((_, share)) => *share += amount,
        None => shares.push((demand, amount)),
    }
}

/// Looks for a chain of exchanges that frees observations for one demand; gives how many it freed.
fn raise(
    start: usize,
    missing: u64,
    demands: &[Demand<'_>],
    spare: &mut [u64],
    given: &mut [Vec<(usize, u64)>],
    steps: &mut Steps,
) -> Result<u64, TooComplex> {
    // How a demand was reached: it holds some of this observation. How an observation was reached: this demand
    // accepts it.
    let mut demand_from: Vec<Option<usize>> = vec![None; demands.len()];
    let mut observation_from: Vec<Option<usize>> = vec![None; spare.len()];
    let mut queue = VecDeque::from([start]);
    let mut found = None;
    'search: while let Some(demand) = queue.pop_front() {
        steps.take(demands[demand].accepts.len() + 1)?;
        for &observation in demands[demand].accepts {
            if observation_from[observation].is_some() {
                continue;
            }
            observation_from[observation] = Some(demand);
            if spare[observation] > 0 {
                found = Some(observation);
                break 'search;
            }
            steps.take(given[observation].len())?;
            for &(holder, share) in &given[observation] {
                if share > 0 && holder != start && demand_from[holder].is_none() {
                    demand_from[holder] = Some(observation);
                    queue.push_back(holder);
                }
            }
        }
    }
    let Some(end) = found else {
        return Ok(0);
    };
    let mut chain = Vec::new();
    let mut amount = missing.min(spare[end]);
    let mut observation = end;
    while let Some(demand) = observation_from[observation] {
        let released = demand_from[demand];
        chain.push((observation, demand, released));
        let Some(released) = released else {
            break;
        };
        let share = given[released].iter().find(|(owner, _)| *owner == demand);
        amount = amount.min(share.map_or(0, |(_, share)| *share));
        observation = released;
    }
    spare[end] -= amount;
    for (taken, demand, released) in chain {
        give(&mut given[taken], demand, amount);
        if let Some(released) = released
            && let Some((_, share)) = given[released].iter_mut().find(|(owner, _)| *owner == demand)
        {
            *share -= amount;
        }
    }
    Ok(amount)
}
