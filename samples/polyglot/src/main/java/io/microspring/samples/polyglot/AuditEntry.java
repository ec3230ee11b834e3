package io.microspring.samples.polyglot;

/**
 * What is noted of a student.
 *
 * @param student who
 * @param event what happened
 */
public record AuditEntry(String student, String event) {

}
