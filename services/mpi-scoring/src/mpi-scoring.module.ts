import { type CommandHandler } from '@faemban/event-sourcing';
import {
  commandHandlerToken,
  contextModule,
  PLATFORM,
  policyController,
  RUNNERS,
  type Platform,
  type Runners,
} from '@faemban/nest-kit';
import { rulesets as shippedRulesets } from '@faemban/reference-data';
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
import { parkedOfRulesets, Rescoring, rescoringName } from './rulesets/rescoring.process';
import { RulebookCommand } from './rulesets/rulebook.command';
import { rulebook, type RulebookCommand as RulebookInput } from './rulesets/rulebook.decisions';
import { RulebookService } from './rulesets/rulebook.service';
import { RulesetBook } from './rulesets/ruleset-book';
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

/** Every aggregate of scoring, for whoever folds its streams. */
export const mpiScoringAggregates = [createScore(new RulesetBook()), rulebook] as const;

/** Scoring: what ingestion learns of a household is told to its score by policies. Needs the PLATFORM of the server it is part of. */
export class MpiScoringModule {
  static register(config: Partial<MpiScoringConfig> = {}): DynamicModule {
    mpiScoringConfigSchema.parse(config);
    const book = new RulesetBook();
    return contextModule({
      name: 'mpi-scoring',
      aggregates: [
        { aggregate: createScore(book), command: ScoreCommand },
        { aggregate: rulebook, command: RulebookCommand },
      ],
      policies: [
        { policy: tellScoreOfSurvey(book), command: ScoreCommand },
        { policy: tellScoreOfWelfare(book), command: ScoreCommand },
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
      controllers: [ScoresController, RulesetsController, MpiController, policyController(rescoringName, ScoreCommand)],
      providers: [
        ScoreColumns,
        {
          provide: RulebookService,
          inject: [PLATFORM, commandHandlerToken(rulebook)],
          // Made before any policy runs: nothing is scored before the rulesets are known.
          useFactory: async (platform: Platform, handler: CommandHandler<RulebookInput>) => {
            const service = new RulebookService(platform, handler, book);
            await service.open(shippedRulesets);
            return service;
          },
        },
        {
          provide: 'runner:policy:score-under-rulesets',
          inject: [PLATFORM, RUNNERS, RulebookService],
          useFactory: planRescoring,
        },
      ],
    });
  }
}

function planRescoring(platform: Platform, runners: Runners, service: RulebookService): void {
  const store = platform.views('mpi-scoring').policies;
  runners.plan({
    name: rescoringName,
    kind: 'policy',
    context: 'mpi-scoring',
    create: (dispatch) =>
      new Rescoring({
        book: service.book,
        log: platform.followed ?? platform.log,
        wholeLog: platform.log,
        store,
        dispatch,
        clock: platform.clock,
        report: runners.report,
        applied: (ruleset, exceptParkedEvents) => service.noteApplied(ruleset, exceptParkedEvents),
      }),
    parkedEvents: async () => parkedOfRulesets(service.book, store),
  });
}
