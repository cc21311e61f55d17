import { contextModule } from '@faemban/nest-kit';
import type { DynamicModule } from '@nestjs/common';
import { mpiScoringConfigSchema, type MpiScoringConfig } from './config';
import { MpiController } from './mpi/mpi.controller';
import {
  AskRobustness,
  askRobustness,
  AskWhatIf,
  askWhatIf,
  FindMpiChanges,
  findMpiChanges,
  FindMpiFigures,
  findMpiFigures,
} from './mpi/mpi.queries';
import { ScoreColumns } from './mpi/score-columns.feed';
import { RulesetsController } from './rulesets/rulesets.controller';
import { FindCurrentScore, findCurrentScore } from './scores/household-scores.queries';
import { householdScores } from './scores/household-scores.view';
import { ScoreCommand } from './scores/score.command';
import { createScore } from './scores/score.decisions';
import { ScoresController } from './scores/scores.controller';
import { tellScoreOfSurvey } from './scores/tell-score-of-survey.policy';
import { tellScoreOfWelfare } from './scores/tell-score-of-welfare.policy';
import { tellScoreOfWithdrawnSurvey, tellScoreOfWithdrawnWelfare } from './scores/tell-score-of-withdrawals.policy';

/** Every read model of scoring, for whoever keeps or rebuilds them. */
export const mpiScoringReadModels = { views: [householdScores] } as const;

/** Scoring: what ingestion learns of a household is told to its score by policies. Needs the PLATFORM of the server it is part of. */
export class MpiScoringModule {
  static register(config: Partial<MpiScoringConfig> = {}): DynamicModule {
    mpiScoringConfigSchema.parse(config);
    return contextModule({
      name: 'mpi-scoring',
      aggregates: [{ aggregate: createScore(), command: ScoreCommand }],
      policies: [
        { policy: tellScoreOfSurvey, command: ScoreCommand },
        { policy: tellScoreOfWelfare, command: ScoreCommand },
        { policy: tellScoreOfWithdrawnSurvey, command: ScoreCommand },
        { policy: tellScoreOfWithdrawnWelfare, command: ScoreCommand },
      ],
      ...mpiScoringReadModels,
      queries: [
        { query: FindCurrentScore, answer: findCurrentScore },
        { query: FindMpiFigures, answer: findMpiFigures },
        { query: AskWhatIf, answer: askWhatIf },
        { query: AskRobustness, answer: askRobustness },
        { query: FindMpiChanges, answer: findMpiChanges },
      ],
      controllers: [ScoresController, RulesetsController, MpiController],
      providers: [ScoreColumns],
    });
  }
}
