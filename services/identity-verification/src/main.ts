import { runService } from '@faemban/service-process';
import { identityVerificationProcess } from './index';

runService(identityVerificationProcess, process.env);
