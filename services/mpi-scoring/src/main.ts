import { runService } from '@faemban/service-process';
import { mpiScoringProcess } from './index';

runService(mpiScoringProcess, process.env);
