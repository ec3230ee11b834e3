package io.microspring.autoconfigure.diagnostics;

import io.microspring.service.MissingDriverException;
import io.microspring.service.Plugin;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Prints the dependency that a chosen part needs.
 */
final class MissingDriverFailureAnalyzer extends AbstractFailureAnalyzer<MissingDriverException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingDriverException cause) {
		Plugin plugin = cause.plugin();
		String property = "micro." + plugin.concept().word() + ".type";
		return new FailureAnalysis(cause.getMessage() + ".",
				"Add it to the dependencies of the application:\n\n" + dependency(String.valueOf(plugin.dependency()))
						+ "\n\nor choose another " + plugin.concept().word() + " by " + property + ".",
				cause);
	}

	private static String dependency(String coordinates) {
		String[] parts = coordinates.split(":");
		StringBuilder xml = new StringBuilder("    <dependency>\n");
		String[] names = { "groupId", "artifactId", "version" };
		for (int i = 0; i < Math.min(parts.length, names.length); i++) {
			xml.append("        <").append(names[i]).append(">").append(parts[i]);
			xml.append("</").append(names[i]).append(">\n");
		}
		return xml.append("    </dependency>").toString();
	}

}
