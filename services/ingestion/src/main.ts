import { runService } from '@faemban/service-process';
import { ingestionProcess } from './index';

runService(ingestionProcess, process.env);
