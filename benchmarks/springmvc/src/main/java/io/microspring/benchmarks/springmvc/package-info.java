/**
 * Spring MVC on Tomcat, called with {@code RestClient}, JSON: a Spring Boot application
 * as one gets it, with {@code spring.threads.virtual.enabled=true}, which Spring Boot
 * advises for calls that block (docs.spring.io, Spring Boot, "Task Execution and
 * Scheduling" and "Calling REST Services"). Set besides, in the peer's favour: a queue of
 * accepted connections as long as there may be calls, and connections that are not closed
 * after a hundred requests (docs.spring.io, Spring Boot, "Embedded Web Servers",
 * {@code server.tomcat.accept-count} and {@code max-keep-alive-requests}). The client is
 * Boot's builder with what it finds on a plain class path, the JDK's {@code HttpClient},
 * on HTTP/1.1 and virtual threads. go-micro has no counterpart.
 */
@NullMarked
package io.microspring.benchmarks.springmvc;

import org.jspecify.annotations.NullMarked;
