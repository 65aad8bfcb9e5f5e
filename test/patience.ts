/** For tests that start servers or wait for runs: nothing is wrong before this time is over. */
jest.setTimeout(180_000);
