/**
 * What V8 is granted in a thread that goes through cases. A case leaves nothing behind, so that there
 * is the less to move, the less often V8 looks for what is still in use: twice the room that it takes
 * by itself.
 */
export const campaignThreads = { maxYoungGenerationSizeMb: 96 };
