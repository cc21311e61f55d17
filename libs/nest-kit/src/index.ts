/** The package's name, as other packages import it. */
export const packageName = '@faemban/nest-kit';
