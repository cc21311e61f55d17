import { runService } from '@faemban/service-process';
import { reportingProcess } from './index';

runService(reportingProcess, process.env);
