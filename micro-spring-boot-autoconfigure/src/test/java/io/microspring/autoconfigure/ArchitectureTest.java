package io.microspring.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.micrometer.observation.Observation;
import io.microspring.concurrent.Threads;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules for what is wired here.
 */
class ArchitectureTest {

	private static final JavaClasses MODULE = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.withImportOption((location) -> location.contains("micro-spring-boot-autoconfigure"))
		.importPackages("io.microspring");

	@Test
	void autoConfigurationsAreFinalAndOfferNothing() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.because("Boot has to see them, and nobody is to call or extend them")
			.check(MODULE);
		methods().that()
			.areAnnotatedWith(Bean.class)
			.should()
			.bePackagePrivate()
			.because("a bean is had from the context, not by calling its method")
			.check(MODULE);
	}

	@Test
	void everyAutoConfigurationIsImported() {
		List<String> imported = ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("io.microspring."))
			.toList();
		Set<String> written = MODULE.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.collect(Collectors.toSet());
		assertThat(imported).containsExactlyInAnyOrderElementsOf(written).isSorted();
	}

	@Test
	void whatIsPublicIsWhatAnApplicationTouches() {
		classes().that()
			.arePublic()
			.and()
			.areTopLevelClasses()
			.should()
			.beInterfaces()
			.orShould()
			.beRecords()
			.orShould()
			.beAnnotatedWith(AutoConfiguration.class)
			.orShould()
			.beAnnotatedWith(ConfigurationProperties.class)
			.orShould()
			.beAnnotatedWith(Endpoint.class)
			.orShould()
			.beAssignableTo(Observation.Context.class)
			.because(
					"properties, events, details, customizers and conventions are used by applications; the rest is not")
			.check(MODULE);
		classes().that()
			.areAssignableTo(EnvironmentPostProcessor.class)
			.or()
			.areAssignableTo(FailureAnalyzer.class)
			.or(nestedConfigurations())
			.should()
			.notBePublic()
			.because("only Boot uses them")
			.check(MODULE);
	}

	@Test
	void conceptsHaveNoCycles() {
		slices().matching("io.microspring.autoconfigure.(*)..")
			.should()
			.beFreeOfCycles()
			.because("two concepts that need each other are one concept")
			.check(MODULE);
	}

	@Test
	void everyPackageIsNullMarked() {
		assertThat(MODULE.stream()
			.map(JavaClass::getPackage)
			.distinct()
			.filter((aPackage) -> !aPackage.isAnnotatedWith(NullMarked.class))
			.map((aPackage) -> aPackage.getName())).isEmpty();
	}

	@Test
	void noThreadIsMadeHere() {
		noClasses().should()
			.callConstructor(Thread.class)
			.orShould()
			.callConstructor(Thread.class, Runnable.class)
			.orShould()
			.dependOnClassesThat()
			.haveFullyQualifiedName("java.util.concurrent.Executors")
			.because("threads are made by " + Threads.class.getSimpleName())
			.check(MODULE);
	}

	private static DescribedPredicate<JavaClass> nestedConfigurations() {
		return DescribedPredicate.describe("are nested configurations",
				(type) -> type.isNestedClass() && type.isAnnotatedWith(Configuration.class));
	}

}
