// Many tests run real servers, processes and browsers against real clocks, on machines that may stall for a second.
// One that fails is tried once more; its first failure is printed, so that a test that wavers is seen.
import { jest } from '@jest/globals';

jest.retryTimes(1, { logErrorsBeforeRetry: true });
