import { campaign, type CampaignTask } from './campaign.ts';
import { doTasks } from './threads.ts';

// One thread of the campaign's benchmark.

doTasks<CampaignTask>((task) => {
  campaign(task);
});
