import { assert } from '../model/assert.ts';
import { campaignThreads } from '../properties/index.ts';
import { campaign, type CampaignTask } from './campaign.ts';
import { type Benchmark, median } from './harness.ts';
import { Threads } from './threads.ts';

const cases = 500;
const rounds = 7;
/** Until then it is V8 that is measured: a campaign of the tens of thousands is through with it early. */
const warmUpCases = 5000;
/** By the processor: 1,000 on two. */
const leastCases = 500;

/** On all processors, as `keyturn fuzz` does it; beside it the same driven by XState's actors. */
export const campaignBenchmark: Benchmark = {
  name: 'campaign, 3 to 6 nodes, 20 virtual minutes, all properties',
  run: async () => {
    const [own, actors] = [campaign(task(0, 'queue')), campaign(task(0, 'actors'))];
    assert(own.join() === actors.join(), 'the campaign that actors drive comes out otherwise');
    // Threads of their own: code that V8 has seen do both is the slower for it.
    const threads = new Threads<CampaignTask>('./campaign-worker.js', campaignThreads);
    const actorThreads = new Threads<CampaignTask>('./campaign-worker.js', campaignThreads);
    await threads.seconds({ ...task(1, 'queue'), cases: warmUpCases });
    await actorThreads.seconds({ ...task(1, 'actors'), cases: warmUpCases });
    // They take turns, so that a machine that slows down slows both: their ratio is sounder than the rates.
    const seconds: number[] = [];
    const actorSeconds: number[] = [];
    for (let seed = 1; seed <= rounds; seed += 1) {
      seconds.push(await threads.seconds(task(seed, 'queue')));
      actorSeconds.push(await actorThreads.seconds(task(seed, 'actors')));
    }
    threads.end();
    actorThreads.end();
    const rate = (threads.count * cases) / median(seconds);
    const actorRate = (threads.count * cases) / median(actorSeconds);
    const least = leastCases * threads.count;
    return {
      value: rate,
      unit: [
        `cases/s in ${threads.count} threads after ${warmUpCases} cases in each`,
        `the same driven by XState actors ${actorRate.toFixed(0)}, a ratio of ${(rate / actorRate).toFixed(2)};`,
      ].join('; '),
      bar: { text: `at least ${least}`, holds: rate >= least },
    };
  },
};

function task(seed: number, driver: CampaignTask['driver']): CampaignTask {
  return { seed, cases, driver };
}
