import type { ImportRecord } from '../imports/import-record';
import { type FindingsStore, problemsKeptMax, type Review } from '../imports/findings.store';
import type { WaitingStore } from '../reviews/waiting.store';
import type { RowProblem } from '../sources/row-problem';

/** Gathers what is wrong with an import: everything is counted, the first of each severity are kept, and all reviews. */
export class Findings {
  errors = 0;
  warnings = 0;
  reviewed = 0;
  private problems: RowProblem[] = [];
  private reviews: Review[] = [];
  private problemsKept = 0;
  private reviewsKept = 0;

  constructor(
    private readonly store: FindingsStore,
    private readonly waiting: WaitingStore,
    private readonly record: ImportRecord,
  ) {
    store.clear(record);
    waiting.clear(record);
  }

  readonly hear = (problem: RowProblem): void => {
    const count = problem.severity === 'error' ? (this.errors += 1) : (this.warnings += 1);
    if (count <= problemsKeptMax) this.problems.push(problem);
  };

  review(review: Review): void {
    this.reviewed += 1;
    this.reviews.push(review);
  }

  /** Writes what was gathered since the last time. */
  flush(): void {
    if (this.problems.length > 0) this.store.addProblems(this.record, this.problemsKept + 1, this.problems);
    if (this.reviews.length > 0) {
      this.store.addReviews(this.record, this.reviewsKept + 1, this.reviews);
      const waiting = this.reviews.map(({ ord = null, ...review }) => ({ ...review, ord }));
      this.waiting.add(this.record, this.reviewsKept + 1, waiting);
    }
    this.problemsKept += this.problems.length;
    this.reviewsKept += this.reviews.length;
    this.problems = [];
    this.reviews = [];
  }
}
