/** What is asked of a person before it is done; help asks nothing. */
export type Question = 'dismiss' | 'snooze' | 'help';
